// `tenon switch` with work to do, without the command table: the verb that people wait for. Also how every switch is printed.

import type { Host } from '../host/host.ts'
import { currentGeneration } from '../ops/rollback.ts'
import { type SwitchOptions, type SwitchResult, switchEnvironment } from '../ops/switch.ts'
import { reportFailure, tolerateClosedOutput } from './failure.ts'
import { renderSwitch, switchDocument } from './render-switch.ts'
import { Session, type SessionOptions } from './session.ts'

/** The whole run of the program: it reports its own failure. */
export async function switchNow(
  host: Host,
  environment: string,
  options: SessionOptions,
  umask: number,
): Promise<void> {
  tolerateClosedOutput()
  let session: Session | null = null
  try {
    session = new Session(host, options, umask)
    session.catchSignals()
    await runSwitch(session, environment, {})
  } catch (error) {
    reportFailure(error, session, options.json === true)
  }
}

export async function runSwitch(session: Session, environment: string, options: SwitchOptions): Promise<void> {
  const context = session.context()
  tellState(session, environment)
  printSwitch(session, await switchEnvironment(context, environment, options))
}

export function printSwitch(session: Session, result: SwitchResult): void {
  session.print(switchDocument(result), renderSwitch(result))
  if (result.changed) session.say(`next: tenon shell ${result.environment}, or tenon rollback ${result.environment}`)
}

/** What is current, for the last lines of an error. */
export function tellState(session: Session, environment: string): void {
  session.state = () => {
    const number = currentGeneration(session.context(), environment)?.number
    return number === undefined
      ? `${environment} has no generation yet`
      : `generation ${number} of ${environment} is still current`
  }
}
