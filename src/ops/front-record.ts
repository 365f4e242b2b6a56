// What lets the sh front answer a switch with nothing to do (bin/tenon): everything that such a switch looked at here, as `stat` prints
// it. Written when Node gave that answer, so that the next one needs no Node. It decides nothing; that is up-to-date.ts.
//
//   <profile>/up-to-date   one per line:
//     up-to-date 1
//     program, environment, workspace, store, profile directory, tree, number of the generation
//     <device>:<inode>:<size>:<modified>:<changed> <path>     for what is there
//     absent <path>                                           for what is not
//     end

import { join } from 'node:path'
import { ifPossible, writeFileAtomic } from '../host/durable.ts'
import { Watch } from '../host/watch.ts'
import type { Context } from './context.ts'
import { type UpToDate, upToDate } from './up-to-date.ts'

const RECORD = 'up-to-date'
/** Longer ones take sh as long as Node takes. */
const MAX_LENGTH = 0x8000

/** `answer` is what `upToDate` gave. Nothing is written when the record says that already, or when not all of it is sure. */
export function leaveForFront(
  context: Pick<Context, 'host' | 'workspace' | 'storeRoot' | 'program'>,
  environment: string,
  answer: UpToDate,
): void {
  const { host, program, workspace } = context
  if (program === null) return
  const path = join(answer.directory, RECORD)
  ifPossible(() => {
    if (host.readFile(path)?.toString() === recordText(context, environment, answer)) return
    // The answer again, now that it is certain that what changes from here on shows.
    const watch = new Watch(host, join(workspace.root, '.tenon'))
    for (const seen of answer.paths) watch.stat(seen)
    const text = recordText(context, environment, answer)
    const isSame = upToDate(context, environment)?.generation.number === answer.generation.number
    if (text !== null && isSame && watch.marks() !== null) writeFileAtomic(host, path, text, { sync: false })
  })
}

/** Null for what the front cannot read. */
function recordText(
  { host, program, workspace, storeRoot }: Pick<Context, 'host' | 'workspace' | 'storeRoot' | 'program'>,
  environment: string,
  { directory, tree, generation, paths }: UpToDate,
): string | null {
  const lines = [
    'up-to-date 1',
    ...[program, environment, workspace.root, storeRoot, directory, tree, generation.number],
    ...paths.map((path) => `${host.statText(path) ?? 'absent'} ${path}`),
    'end',
  ]
  const text = `${lines.join('\n')}\n`
  return text.length <= MAX_LENGTH && text.split('\n').length === lines.length + 1 ? text : null
}
