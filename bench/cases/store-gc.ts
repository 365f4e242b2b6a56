// Collecting garbage: all of it, the part that others wait for, and saying what would go. Every store that a round deletes from is made before
// the first deletion, because creating files is slow after a mass delete.

import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Aim, aimMemory, aimRatio, type Case, type Contender } from '../case.ts'
import type { Lab, Sample } from '../lab.ts'
import { NixRoot } from '../nix.ts'
import { BIG_STORE, bigStore, deadStore } from '../stores.ts'
import { partsProgram, tenon, type Workspace } from '../tenon.ts'
import { smallPackages } from '../trees.ts'

const GC = 'tenon store gc'
const NIX_GC = 'nix-store --gc'
const PLAN = 'tenon gc --plan'
const FIND = 'find objects -maxdepth 1'
const ROUNDS = 3

function collecting(dead: number, atMost: number): Case {
  const heldUp: Aim = {
    of: GC,
    metric: 'heldUp',
    kind: 'ratio',
    against: NIX_GC,
    againstMetric: 'wall',
    atMost: 0.17,
  }
  return {
    name: `store-gc-${dead}`,
    title: `collect ${dead} dead objects of 5 files; heldUp is the longest that another process had to wait`,
    rounds: ROUNDS,
    heavy: true,
    warmUp: false,
    aims: [aimRatio(GC, NIX_GC, atMost), heldUp, aimMemory(GC)],
    contenders: (lab) => [tenonCollector(lab, dead), nixCollector(lab, dead)],
  }
}

const plan: Case = {
  name: 'store-gc-plan',
  title: `what would go of ${BIG_STORE.objects} objects, when ${BIG_STORE.dead} are dead`,
  rounds: 7,
  heavy: false,
  warmUp: true,
  aims: [aimRatio(PLAN, FIND, 5), aimMemory(PLAN)],
  contenders: (lab) => [
    {
      name: PLAN,
      prepare: () => {
        const workspace = bigStore(lab)
        const { deleted } = JSON.parse(lab.run(tenon(lab, workspace, ['gc', '--plan', '--json'])))
        if (deleted.length !== BIG_STORE.dead) throw new Error(`it would delete ${deleted.length} objects`)
        return () => lab.timeAndMemory(tenon(lab, workspace, ['gc', '--plan']))
      },
    },
    {
      name: FIND,
      prepare: () => {
        const { store } = bigStore(lab)
        const argv = ['find', join(store, 'objects'), '-maxdepth', '1'] as const
        return () => lab.timeAndMemory({ argv, cwd: lab.root, variables: lab.quiet })
      },
    },
  ],
}

export const COLLECTING: readonly Case[] = [plan, collecting(5000, 0.45), collecting(20_000, 0.55)]

function tenonCollector(lab: Lab, dead: number): Contender {
  return {
    name: GC,
    prepare: (rounds) => {
      const original = deadStore(lab, dead)
      const storeOf = copies(lab, original.store, rounds)
      return (round) => {
        const workspace: Workspace = { root: original.root, store: storeOf(round) }
        lab.settle()
        const sample = whileOthersOpen(lab, workspace.store, () =>
          lab.timeAndMemory(tenon(lab, workspace, ['store', 'gc'])),
        )
        assertEmpty(join(workspace.store, 'objects'))
        return sample
      }
    },
  }
}

function nixCollector(lab: Lab, dead: number): Contender {
  return {
    name: NIX_GC,
    prepare: (rounds) => {
      const nix = new NixRoot(lab, `gc-nix-${dead}`)
      const { path, names } = smallPackages(lab, dead)
      lab.run(nix.command(['nix-store', '--add', ...names], path))
      const rootOf = copies(lab, nix.root, rounds)
      return (round) => {
        // Nix's database knows its store by its absolute path.
        renameSync(rootOf(round), nix.root)
        lab.settle()
        const sample = lab.timeAndMemory(nix.command(['nix-store', '--gc']))
        assertEmpty(join(nix.root, 'store'))
        renameSync(nix.root, rootOf(round))
        return sample
      }
    },
  }
}

/** One of what stands at `original` for each round; it is the first of them itself. */
function copies(lab: Lab, original: string, rounds: number): (round: number) => string {
  const at = (round: number): string => `${original}-${round}`
  for (let round = 2; round <= rounds; round++) {
    lab.run({ argv: ['cp', '-a', original, at(round)], cwd: lab.root, variables: lab.quiet })
  }
  renameSync(original, at(1))
  return at
}

/** Measures while another process opens and closes the store all the time; `heldUp` is the longest that it had to wait. */
function whileOthersOpen(lab: Lab, store: string, measure: () => Sample): Sample {
  const [ready, stop] = [join(lab.root, lab.unique('ready')), join(lab.root, lab.unique('stop'))]
  const { argv, cwd, variables } = partsProgram(lab, 'hold-up', [store, ready, stop])
  const other = spawn(argv[0], argv.slice(1), { cwd, env: { ...variables }, stdio: 'ignore' })
  try {
    waitFor(ready)
    const sample = measure()
    writeFileSync(stop, '')
    waitFor(`${stop}.result`)
    return { ...sample, heldUp: Number(readFileSync(`${stop}.result`, 'utf8')) }
  } finally {
    other.kill()
  }
}

function waitFor(path: string): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4))
  for (let waited = 0; !existsSync(path); waited++) {
    if (waited > 3000) throw new Error(`${path} did not come`)
    Atomics.wait(sleeper, 0, 0, 10)
  }
}

function assertEmpty(directory: string): void {
  const left = readdirSync(directory).filter((name) => !name.startsWith('.'))
  if (left.length > 0) throw new Error(`${left.length} objects are left in ${directory}`)
}
