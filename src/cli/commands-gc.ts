// `tenon gc`, and the roots of the collector that are not generations.

import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { parseAge } from '../core/age.ts'
import type { Json } from '../core/json.ts'
import { collectGarbage } from '../ops/gc.ts'
import { planCollection } from '../ops/gc-plan.ts'
import { addRoot, listRoots, removeRoot } from '../ops/roots.ts'
import { findWorkspace } from '../profile/workspace.ts'
import { type Act, examples } from './commands-environment.ts'
import { widenThreadPool } from './config.ts'
import { wholeNumber } from './numbers.ts'
import { renderGc, renderGcPlan } from './render-gc.ts'
import { table } from './render-switch.ts'
import type { Session } from './session.ts'

const GC_HELP = `
Without options no generation is forgotten but those of environments that
\`tenon env delete\` deleted and of workspaces that are gone. The current
generation of an environment stays, also while its file is not there. What a
running program executes, has open or names in its variables stays too, as far
as the system shows it: programs of other users may hide it, and a file that
was read and closed is no longer seen.
With --plan, what a generation holds is what would be dead without it: bytes of
contents, not of the disk.
`

export function addGc(program: Command, act: Act): void {
  act(
    program
      .command('gc')
      .summary('free what no generation needs')
      .option('--plan', 'only say what would go, and what each generation alone keeps alive')
      .option('--keep <number>', 'forget all but the newest so many generations of each environment first', wholeNumber)
      .option(
        '--older-than <age>',
        'forget generations older than this first: 30d, 12h, 2w; a bare number is days',
        age,
      )
      .addHelpText(
        'after',
        GC_HELP +
          examples('tenon gc --plan', 'tenon gc --keep 5', 'tenon gc --older-than 30d', 'tenon gc --plan --keep 1'),
      ),
    async (session, _args, options) => {
      const retention = {
        keep: typeof options['keep'] === 'number' ? options['keep'] : null,
        olderThan: typeof options['olderThan'] === 'number' ? session.host.now() - options['olderThan'] : null,
      }
      // What is forgotten belongs to a workspace; the user's own store can be collected from anywhere.
      const needsWorkspace = retention.keep !== null || retention.olderThan !== null
      const here = needsWorkspace ? session.workspace() : findWorkspace(session.host, session.config.start)
      const context = session.context(here ?? { root: session.config.start }, session.storeRoot(here))
      if (options['plan'] === true) {
        const plan = await planCollection(context, retention)
        session.print(plan as unknown as Json, renderGcPlan(plan, context.workspace.root))
        return
      }
      widenThreadPool()
      const result = await collectGarbage(context, retention)
      session.print(result as unknown as Json, renderGc(result))
    },
  )
}

export function addRootVerbs(store: Command, act: Act): void {
  const root = store.command('root').summary('links outside that keep objects').usage('<verb>').helpCommand(false)

  act(
    root
      .command('add')
      .summary('keep what a link leads to, for as long as the link is there')
      .argument('<path>')
      .argument('[store-path]', 'make the link first, to this object')
      .addHelpText('after', examples('tenon store root add ./result', 'tenon store root add ./result <store-path>')),
    async (session, [path, storePath]) => {
      const link = resolve(session.config.cwd, path as string)
      const object = await addRoot(session.host, storeRootOf(session), {
        link,
        target: storePath ?? null,
        signal: session.signal,
      })
      session.print({ link, storePath: object }, `${link} keeps ${object}`)
    },
  )

  act(
    root.command('list').summary('the links that keep objects').addHelpText('after', examples('tenon store root list')),
    (session) => {
      const roots = listRoots(session.host, storeRootOf(session))
      const rows = roots.map(({ link, storePath }) => [link, storePath ?? 'keeps nothing; the next gc forgets it'])
      session.print(roots as unknown as Json, rows.length === 0 ? 'no roots but generations' : table(rows))
    },
  )

  act(
    root
      .command('remove')
      .summary('forget a root; the link itself stays')
      .argument('<path>')
      .addHelpText('after', examples('tenon store root remove ./result')),
    (session, [path]) => {
      const link = resolve(session.config.cwd, path as string)
      removeRoot(session.host, storeRootOf(session), link)
      session.print({ link }, `${link} keeps nothing any more`)
    },
  )
}

function storeRootOf(session: Session): string {
  return session.storeRoot(findWorkspace(session.host, session.config.start))
}

/** `30d`, `12h`, `2w` or `30`, in milliseconds. */
function age(text: string): number {
  const milliseconds = parseAge(text)
  if (milliseconds === null) throw new InvalidArgumentError('It must be an age, such as 30d, 12h or 2w.')
  return milliseconds
}
