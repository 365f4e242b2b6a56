// What running programs use of a store, as far as the kernel tells: what they execute, have open or mapped, where they are, and which objects
// their arguments and variables name. What programs of other users hide cannot be seen, and neither can a file that was read and closed.

import { systemCode } from '../core/errors.ts'
import { parseStorePath, type StorePath } from '../core/store-path.ts'
import type { Host } from '../host/host.ts'
import type { Root } from './roots.ts'

const LINKS = ['exe', 'cwd', 'root']
const TEXTS = ['maps', 'environ', 'cmdline']
/** Whatever the path before it: a program in a container sees the store elsewhere. */
const OBJECT = /\/objects\/([0-9abcdfghijklmnpqrsvwxyz]{32}-[0-9A-Za-z+._?=-]+)/g
/** What the kernel says of a process that is another user's, or has just ended. */
const UNSEEN: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'ESRCH', 'ENOENT', 'ENOTDIR', 'EINVAL'])

/** Empty where there is no /proc. */
export function runningRoots(host: Host, proc = '/proc'): readonly Root[] {
  const processes = ifSeen(() => host.readDirectory(proc), []).filter(({ name }) => /^[0-9]+$/.test(name))
  return processes.flatMap(({ name }) => {
    const objects = new Set<StorePath>()
    for (const text of textsOf(host, `${proc}/${name}`)) {
      for (const [, found] of text.matchAll(OBJECT)) {
        const path = parseStorePath(found)
        if (path !== null) objects.add(path)
      }
    }
    return [...objects].map((object) => ({ place: `process ${name}`, object }))
  })
}

function* textsOf(host: Host, process: string): Generator<string> {
  for (const link of LINKS) yield ifSeen(() => host.readLink(`${process}/${link}`), null) ?? ''
  for (const { name } of ifSeen(() => host.readDirectory(`${process}/fd`), []))
    yield ifSeen(() => host.readLink(`${process}/fd/${name}`), null) ?? ''
  for (const file of TEXTS) yield ifSeen(() => host.readFile(`${process}/${file}`), null)?.toString('latin1') ?? ''
}

function ifSeen<T>(look: () => T, otherwise: T): T {
  try {
    return look()
  } catch (error) {
    if (!UNSEEN.has(systemCode(error) ?? '')) throw error
    return otherwise
  }
}
