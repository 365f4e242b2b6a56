// The real host with a clock that does not wait: it writes down for how long it was asked to.

import { NodeHost } from '../../src/host/node-host.ts'

export class SleptHost extends NodeHost {
  readonly slept: number[] = []

  override async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(milliseconds)
    await super.sleep(0, signal)
  }
}
