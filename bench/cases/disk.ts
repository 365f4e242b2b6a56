// What many generations of many environments take on the disk. Nothing is timed.
//
// Each environment is the app without two tenths of the direct requirements that can be left out, each time others, so that two package
// graphs share 90 % on average; each generation lacks one requirement more, each time another one. Against it stands one `node_modules`
// per environment, of its last generation.

import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { appPackages, BUN, makeProject, type Packages, warmCache } from '../app.ts'
import type { Aim, Case } from '../case.ts'
import type { Lab } from '../lab.ts'
import { environmentText, otherStore, tenon, type Workspace } from '../tenon.ts'

const COUNT = 10
/** Never left out: others need them in just that version beside themselves, and the newest would take their place. */
const PEERS = new Set([
  ...['react', 'react-dom', '@types/react', '@types/react-dom', '@testing-library/dom'],
  ...['eslint', 'rollup', 'tailwindcss', 'typescript', 'vite', 'vitest'],
])
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
  const packages = Object.entries(appPackages())
  const optional = packages.map(([name]) => name).filter((name) => !PEERS.has(name))
  const tenths = [environment, (environment + 3) % COUNT]
  const kept = optional.filter((_, index) => !tenths.includes(index % COUNT))
  kept.splice(Math.floor((generation * kept.length) / COUNT), 1)
  return Object.fromEntries(packages.filter(([name]) => PEERS.has(name) || kept.includes(name)))
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
