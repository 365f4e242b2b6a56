// Goes back and forth between the two newest generations of a workspace's environment `app`, in this one process, and between every two moves
// does what no move can do without: makes a symlink, renames it over another and syncs the directory. Prints the median of each, in
// milliseconds, as JSON.
// usage: node move.js WORKSPACE STORE SCRATCH TIMES

import { closeSync, fsyncSync, openSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { NodeHost } from '../../src/host/node-host.ts'
import { requireProfile } from '../../src/ops/context.ts'
import { rollback, switchToGeneration } from '../../src/ops/rollback.ts'
import { summarise } from '../statistics.ts'

const WARM_UP = 30

async function main([workspace = '', storeRoot = '', scratch = '', times = '']: readonly string[]): Promise<void> {
  const context = { host: new NodeHost(), workspace: { root: workspace }, storeRoot, signal: null }
  const profile = requireProfile(context, 'app')
  const newest = profile.lastNumber()
  const took = { rollback: times0(), switch: times0(), pointer: times0(), bare: times0() }
  for (let round = -WARM_UP; round < Number(times); round++) {
    const samples = {
      rollback: await timed(() => rollback(context, 'app', null)),
      bare: await timed(() => bareSwap(scratch, round)),
      switch: await timed(() => switchToGeneration(context, 'app', newest)),
      // Only the part under the lease, and back again unmeasured.
      pointer: await timed(() => profile.switchTo(newest - 1)),
    }
    profile.switchTo(newest)
    if (round < 0) continue
    took.rollback.push(samples.rollback)
    took.switch.push(samples.switch)
    took.pointer.push(samples.pointer)
    took.bare.push(samples.bare)
  }
  console.log(
    JSON.stringify(Object.fromEntries(Object.entries(took).map(([name, ms]) => [name, summarise(ms).median]))),
  )
}

function times0(): number[] {
  return []
}

async function timed(act: () => unknown): Promise<number> {
  const start = performance.now()
  await act()
  return performance.now() - start
}

function bareSwap(directory: string, round: number): void {
  symlinkSync(String(round), join(directory, 'new'))
  renameSync(join(directory, 'new'), join(directory, 'current'))
  const handle = openSync(directory, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

void main(process.argv.slice(2))
