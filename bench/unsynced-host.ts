// For preparing: the real host, but nothing waits for the disk. Ten thousand commits would take minutes otherwise.

import { NodeHost } from '../src/host/node-host.ts'

export class UnsyncedHost extends NodeHost {
  override syncFile(): void {}
  override syncDirectory(): void {}
}
