// Moving between generations in one process, beside the least that any program has to do for it; and listing them.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Aim, aimMemory, aimRatio, type Case, type Contender } from '../case.ts'
import { type Lab, PROJECT } from '../lab.ts'
import { NixRoot } from '../nix.ts'
import { bigStore } from '../stores.ts'
import { ENVIRONMENT, partsProgram, tenon, type Workspace } from '../tenon.ts'

const TIMES = 200
const BARE = 'bare symlink, rename, fsync'
const LIST = 'tenon generations'
const NIX_LIST = 'nix-env --list-generations'
const LISTED = 1000
/** Issue 3 says "flat" and gives no number. */
const FLAT = 1.1

/** Metrics of programs/move.ts. */
const MOVES = { rollback: 'rollback', switch: 'switch to a generation', pointer: 'of that, the pointer alone' } as const
const PLACES = ['10 generations', '10,000 generations', '100,000 objects'] as const
type Place = (typeof PLACES)[number]

const move: Case = {
  name: 'store-move',
  title: `rollback and switch in one process, ${TIMES} times each (medians)`,
  rounds: 9,
  heavy: false,
  warmUp: true,
  aims: PLACES.flatMap((place): readonly Aim[] =>
    (['rollback', 'switch'] as const).flatMap((kind) => [
      aimRatio(contenderName(kind, place), `${BARE}, ${place}`, 1.5),
      ...(place === PLACES[0] ? [] : [aimRatio(contenderName(kind, place), contenderName(kind, PLACES[0]), FLAT)]),
    ]),
  ).concat(PLACES.map((place) => aimRatio(contenderName('pointer', place), `${BARE}, ${place}`, 1.5))),
  contenders: (lab) =>
    PLACES.flatMap((place): readonly Contender[] => [
      mover(lab, place, `${BARE}, ${place}`, 'bare'),
      mover(lab, place, contenderName('rollback', place), 'rollback'),
      mover(lab, place, contenderName('switch', place), 'switch'),
      mover(lab, place, contenderName('pointer', place), 'pointer'),
    ]),
}

const list: Case = {
  name: 'store-list',
  title: `list ${LISTED} generations`,
  rounds: 20,
  heavy: false,
  warmUp: true,
  aims: [aimRatio(LIST, NIX_LIST, 1.3), aimMemory(LIST)],
  contenders: (lab) => [
    {
      name: LIST,
      prepare: () => {
        const command = tenon(lab, workspaceOf(lab, LISTED), ['generations', ENVIRONMENT])
        assertLines(lab.run(command))
        return () => lab.timeAndMemory(command)
      },
    },
    {
      name: NIX_LIST,
      prepare: () => {
        const root = new NixRoot(lab, 'list-nix')
        const object = lab.run(root.command(['nix-store', '--add', join(PROJECT, 'bench/fixtures/app')])).trim()
        const profiles = lab.fresh('list-nix/profiles')
        for (let number = 1; number <= LISTED; number++) symlinkSync(object, join(profiles, `app-${number}-link`))
        symlinkSync(`app-${LISTED}-link`, join(profiles, 'app'))
        const command = root.command(['nix-env', '--profile', join(profiles, 'app'), '--list-generations'])
        assertLines(lab.run(command))
        return () => lab.timeAndMemory(command)
      },
    },
  ],
}

export const HISTORY: readonly Case[] = [move, list]

function contenderName(kind: keyof typeof MOVES, place: Place): string {
  return `${MOVES[kind]}, ${place}`
}

/** One process measures all kinds in turn, so they share its run. */
function mover(lab: Lab, place: Place, name: string, metric: keyof typeof MOVES | 'bare'): Contender {
  return {
    name,
    prepare: () => {
      const workspace = placeOf(lab, place)
      return (round) => {
        const took = lab.once(`move ${place} ${round}`, () => {
          const scratch = lab.fresh(lab.unique('move'))
          lab.settle()
          return JSON.parse(
            lab.run(partsProgram(lab, 'move', [workspace.root, workspace.store, scratch, String(TIMES)])),
          )
        })
        return { wall: Number(took[metric]) }
      }
    },
  }
}

function placeOf(lab: Lab, place: Place): Workspace {
  if (place === '100,000 objects') return bigStore(lab)
  return workspaceOf(lab, place === '10 generations' ? 10 : 10_000)
}

/** A workspace whose environment is one small directory. */
function workspaceOf(lab: Lab, generations: number): Workspace {
  return lab.once(`history ${generations}`, () => {
    const root = lab.fresh(`history/${generations}`)
    const workspace: Workspace = { root, store: lab.fresh(`history/${generations}/own-store`) }
    mkdirSync(join(root, 'environments'))
    for (const version of ['first', 'second']) {
      mkdirSync(join(root, version, 'share'), { recursive: true })
      writeFileSync(join(root, version, 'share', version), version)
      const text = `tenon: 1\nsystems: [${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux]\npackages:\n  - path: ../${version}\n`
      writeFileSync(join(root, 'environments', `${ENVIRONMENT}.yaml`), text)
      lab.run(tenon(lab, workspace, ['switch', ENVIRONMENT]))
    }
    const profile = join(root, '.tenon/profiles', ENVIRONMENT)
    const argv = [lab.node, join(PROJECT, 'bench/grow-profile.ts'), profile, String(generations)] as const
    lab.run({ argv, cwd: lab.root, variables: lab.quiet })
    return workspace
  })
}

function assertLines(text: string): void {
  const lines = text.trim().split('\n').length
  if (lines < LISTED) throw new Error(`it lists ${lines} of ${LISTED} generations`)
}
