// `tenon switch` with work to do, without the command table: the verb that people wait for. Also how every switch is printed.

import { isEnvironmentName } from '../core/environment.ts'
import type { Host } from '../host/host.ts'
import { environmentPath } from '../ops/environments.ts'
import { currentGeneration } from '../ops/rollback.ts'
import { type SwitchOptions, type SwitchResult, switchEnvironment } from '../ops/switch.ts'
import { guardProcess, reportFailure } from './failure.ts'
import { renderSwitch, switchDocument } from './render-switch.ts'
import { Session, type SessionOptions } from './session.ts'
import { withEnvironment } from './text.ts'

/** The whole run of the program: it reports its own failure. */
export async function switchNow(
  host: Host,
  environment: string,
  options: SessionOptions,
  umask: number,
): Promise<void> {
  const asJson = options.json === true
  guardProcess(asJson)
  let session: Session | null = null
  try {
    const opened = new Session(host, options, umask)
    opened.catchSignals((reason) => reportFailure(reason, opened, asJson))
    session = opened
    await runSwitch(opened, environment, {})
  } catch (error) {
    reportFailure(error, session, asJson)
  }
}

export async function runSwitch(session: Session, environment: string, options: SwitchOptions): Promise<void> {
  const context = session.context()
  tellState(session, environment)
  printSwitch(session, await switchEnvironment(context, environment, options))
}

export function printSwitch(session: Session, result: SwitchResult): void {
  session.print(switchDocument(result), renderSwitch(result))
  if (!result.changed) return
  const back = withEnvironment('tenon rollback', result.environment)
  const next = withEnvironment('tenon shell', result.environment)
  session.say(result.generation.parent === null ? `next: \`${next}\`` : `next: \`${next}\`, or \`${back}\``)
}

/** What is current, for the last lines of an error; nothing for an environment that nobody knows. */
export function tellState(session: Session, environment: string): void {
  const before = currentGeneration(session.context(), environment)?.number
  session.state = () => {
    const context = session.context()
    const number = currentGeneration(context, environment)?.number
    if (number !== undefined)
      return `generation ${number} of ${environment} is ${number === before ? 'still' : 'now'} current`
    const isKnown = isEnvironmentName(environment) && context.host.stat(environmentPath(context.workspace, environment))
    return isKnown ? `${environment} has no generation yet` : null
  }
}
