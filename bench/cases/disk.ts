// What many generations of many environments take on the disk. Nothing is timed.
//
// Each environment is the app without a tenth of its direct requirements, each time another tenth; each generation lacks one more,
// each time another one. So any two of the package graphs share about 90 % or more. Against it stands one `node_modules` per
// environment, of its last generation.

import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { appPackages, BUN, makeProject, type Packages, warmCache } from '../app.ts'
import type { Aim, Case } from '../case.ts'
import type { Lab } from '../lab.ts'
import { environmentText, otherStore, tenon, type Workspace } from '../tenon.ts'

const COUNT = 10
const STORE = 'store (artifacts not counted)'
const MODULES = `${COUNT} × node_modules`

export const DISK: readonly Case[] = [
  {
    name: 'disk',
    title: `${COUNT} environments × ${COUNT} generations, 90 % overlap`,
    rounds: 1,
    heavy: false,
    warmUp: false,
    aims: ['MiB', 'inodes'].map(
      (metric): Aim => ({ of: STORE, against: MODULES, metric, kind: 'ratio', atMost: 0.15 }),
    ),
    contenders: (lab) => [
      {
        name: STORE,
        prepare: () => {
          const store = fillStore(lab)
          return () =>
            diskUse(
              lab,
              ['objects', 'info', 'realisations', 'profiles'].map((part) => join(store, part)),
            )
        },
      },
      {
        name: MODULES,
        prepare: () => {
          const projects = numbers().map((environment) => installLast(lab, environment))
          // One by one: du counts a hard link once per call, and these trees are to be counted as if nothing were shared.
          return () => projects.map((project) => diskUse(lab, [join(project, 'node_modules')])).reduce(add)
        },
      },
    ],
  },
]

interface DiskUse {
  readonly MiB: number
  readonly inodes: number
}

/** Blocks and inodes, directories included, what is linked several times counted once. */
function diskUse(lab: Lab, paths: readonly string[]): Record<keyof DiskUse, number> {
  const total = (flag: string): number => {
    const text = lab.run({
      argv: ['du', '--summarize', '--total', flag, ...paths],
      cwd: lab.root,
      variables: lab.quiet,
    })
    return Number.parseInt(text.trim().split('\n').at(-1) ?? '', 10)
  }
  return { MiB: total('--block-size=1') / 2 ** 20, inodes: total('--inodes') }
}

function add(a: DiskUse, b: DiskUse): Record<keyof DiskUse, number> {
  return { MiB: a.MiB + b.MiB, inodes: a.inodes + b.inodes }
}

function numbers(): number[] {
  return Array.from({ length: COUNT }, (_, index) => index)
}

function packagesOf(environment: number, generation: number): Packages {
  const all = Object.entries(appPackages())
  const kept = all.filter((_, index) => index % COUNT !== environment)
  const dropped = Math.floor((generation * kept.length) / COUNT)
  return Object.fromEntries(kept.filter((_, index) => index !== dropped))
}

/** Switches every environment to every generation; a hundred locks, so this takes minutes. */
function fillStore(lab: Lab): string {
  const store = lab.fresh('tenon/disk-store')
  cpSync(join(otherStore(lab), 'cache'), join(store, 'cache'), { recursive: true })
  const workspace: Workspace = { root: lab.fresh('tenon/disk'), store }
  const environments = lab.fresh('tenon/disk/environments')
  for (const environment of numbers()) {
    for (const generation of numbers()) {
      writeFileSync(
        join(environments, `app-${environment}.yaml`),
        environmentText(packagesOf(environment, generation), {}),
      )
      lab.run(tenon(lab, workspace, ['switch', `app-${environment}`], lab.online))
    }
  }
  return store
}

/** By bun, whose tree is laid out as npm's and is there in a second. */
function installLast(lab: Lab, environment: number): string {
  const { cache } = warmCache(lab, BUN)
  const project = makeProject(lab, `bun/disk-${environment}`, packagesOf(environment, COUNT - 1))
  lab.run({ argv: BUN.lock(lab, cache), cwd: project, variables: lab.online })
  lab.run({ argv: BUN.install(lab, cache), cwd: project, variables: lab.online })
  return project
}
