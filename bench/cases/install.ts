// Bringing 550 packages in, from nothing to do at all to everything cold. Scripts are off everywhere; locks are given.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { assertInstalled, BUN, type Installer, makeLockedApp, NPM, PNPM, warmCache } from '../app.ts'
import { aimRatio, type Case } from '../case.ts'
import type { Lab, Measure, Variables } from '../lab.ts'
import { assertSwitched, copyStore, ENVIRONMENT, makeWorkspace, otherStore, tenon, warmWorkspace } from '../tenon.ts'
import { NODE, nodeStart } from './start.ts'

const SWITCH = 'tenon switch'
const SAME = 'tenon switch, the same lock'
const ROUNDS = 5

const nothingToDo: Case = {
  name: 'no-op',
  title: '`switch` with nothing to do, 550 packages',
  rounds: 20,
  heavy: false,
  warmUp: true,
  aims: [aimRatio(SWITCH, NODE, 1.3), aimRatio(SWITCH, 'pnpm install', 0.5)],
  contenders: (lab) => [
    nodeStart(lab),
    {
      name: SWITCH,
      prepare: () => {
        const again = tenon(lab, warmWorkspace(lab), ['switch', ENVIRONMENT])
        if (JSON.parse(lab.run({ ...again, argv: [...again.argv, '--json'] })).changed !== false)
          throw new Error('there was something to do')
        return lab.timing(again)
      },
    },
    {
      name: 'pnpm install',
      prepare: () => {
        const { cache, project } = warmCache(lab, PNPM)
        return lab.timing({ argv: PNPM.install(lab, cache), cwd: project, variables: lab.quiet })
      },
    },
  ],
}

const secondEnvironment: Case = {
  name: 'second',
  title: 'second environment, store warm, 550 packages',
  rounds: ROUNDS,
  heavy: true,
  warmUp: true,
  aims: [SWITCH, SAME].flatMap((name) => [
    aimRatio(name, 'bun install', 0.4),
    aimRatio(name, 'pnpm install --offline', 0.17),
  ]),
  contenders: (lab) => [
    {
      name: SWITCH,
      // Every round gets its own copy of the store: a tree which is already composed would only be looked up.
      prepare: () => measureSwitch(lab, 'second', (name) => copyStore(lab, otherStore(lab), name)),
    },
    {
      name: SAME,
      // What the others have: they made their locks themselves, and installed them before, elsewhere.
      prepare: () => {
        const { store } = warmWorkspace(lab)
        return measureSwitch(lab, 'same', () => store)
      },
    },
    { name: 'bun install', prepare: () => measureInstall(lab, BUN, 'second') },
    { name: 'pnpm install --offline', prepare: () => measureInstall(lab, PNPM, 'second', ['--offline']) },
  ],
}

const artifactsCached: Case = {
  name: 'cached',
  title: 'first switch, artifacts cached, empty store, 550 packages',
  rounds: ROUNDS,
  heavy: true,
  warmUp: true,
  aims: [aimRatio(SWITCH, 'npm ci --prefer-offline', 0.12)],
  contenders: (lab) => [
    {
      name: SWITCH,
      prepare: () =>
        measureSwitch(lab, 'cached', (name) => {
          const store = lab.fresh(name)
          execFileSync('cp', ['-a', join(otherStore(lab), 'cache', 'artifacts'), lab.fresh(`${name}/cache`)])
          return store
        }),
    },
    { name: 'npm ci --prefer-offline', prepare: () => measureInstall(lab, NPM, 'cached') },
  ],
}

const cold: Case = {
  name: 'cold',
  title: 'first switch, everything cold, lock given, 550 packages',
  rounds: ROUNDS,
  heavy: true,
  warmUp: true,
  aims: [aimRatio(SWITCH, 'bun install', 1.5), aimRatio(SWITCH, 'pnpm install', 0.35)],
  contenders: (lab) => [
    { name: SWITCH, prepare: () => measureSwitch(lab, 'cold', (name) => lab.fresh(name), lab.online) },
    { name: 'bun install', prepare: () => measureColdInstall(lab, BUN) },
    { name: 'pnpm install', prepare: () => measureColdInstall(lab, PNPM) },
  ],
}

export const INSTALLING: readonly Case[] = [nothingToDo, secondEnvironment, artifactsCached, cold]

/** A new workspace and a store of its own in each round. */
function measureSwitch(
  lab: Lab,
  name: string,
  makeStore: (name: string) => string,
  variables: Variables = lab.quiet,
): Measure {
  return (round) => {
    const workspace = makeWorkspace(lab, `${name}-${round}`, { store: makeStore(`tenon/${name}-store-${round}`) })
    lab.settle()
    const sample = lab.time(tenon(lab, workspace, ['switch', ENVIRONMENT], variables))
    assertSwitched(workspace)
    return sample
  }
}

/** A new project in each round, one warm cache for all. */
function measureInstall(lab: Lab, installer: Installer, name: string, flags: readonly string[] = []): Measure {
  const { cache } = warmCache(lab, installer)
  return (round) => {
    const project = makeLockedApp(lab, installer, `${name}-${round}`)
    return timeInstall(lab, installer, { project, cache, variables: lab.quiet, flags })
  }
}

/** A new project and an empty cache in each round. */
function measureColdInstall(lab: Lab, installer: Installer): Measure {
  return (round) => {
    const project = makeLockedApp(lab, installer, `cold-${round}`)
    const cache = lab.fresh(`${installer.name}/cold-cache-${round}`)
    return timeInstall(lab, installer, { project, cache, variables: lab.online, flags: [] })
  }
}

interface Install {
  readonly project: string
  readonly cache: string
  readonly variables: Variables
  readonly flags: readonly string[]
}

function timeInstall(lab: Lab, installer: Installer, at: Install): ReturnType<Measure> {
  lab.settle()
  const sample = lab.time({
    argv: [...installer.install(lab, at.cache), ...at.flags],
    cwd: at.project,
    variables: at.variables,
  })
  assertInstalled(at.project)
  return sample
}
