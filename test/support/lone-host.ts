// The real host, to which no other process of the machine exists: a collection keeps what any running program names, and tests beside this one
// have objects that are called the same.

import type { DirectoryEntry } from '../../src/host/host.ts'
import { NodeHost } from '../../src/host/node-host.ts'

export class LoneHost extends NodeHost {
  override readDirectory(path: string): readonly DirectoryEntry[] {
    return path === '/proc' ? [] : super.readDirectory(path)
  }
}
