// Going back and forth between generations, with few and with many of them.

import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { appPackages } from '../app.ts'
import { type Aim, aimRatio, type Case, type Contender } from '../case.ts'
import { type Command, type Lab, type Measure, PROJECT } from '../lab.ts'
import { requireNix } from '../peers.ts'
import {
  copyStore,
  ENVIRONMENT,
  type Links,
  makeWorkspace,
  otherPackages,
  otherStore,
  realise,
  setEnvironment,
  tenon,
  type Workspace,
} from '../tenon.ts'
import { NODE, nodeStart } from './start.ts'

const COUNTS = [10, 10_000]
/** Moving an environment with `links` of which one comes or goes is more than Nix does: links in the workspace change, too. */
const WITH_LINKS = '10, with a link that comes and goes'
const LINKS = { node_modules: 'lib/node_modules' }

export const GENERATIONS: readonly Case[] = [
  {
    name: 'rollback',
    title: '`rollback` with 10 and with 10,000 generations, 550 packages',
    rounds: 20,
    heavy: false,
    warmUp: true,
    aims: aims(
      (what) => `tenon rollback, ${what}`,
      (count) => `nix-env --rollback, ${count}`,
    ),
    contenders: (lab) => [
      nodeStart(lab),
      ...COUNTS.flatMap((count): readonly Contender[] => [
        { name: `tenon rollback, ${count}`, prepare: () => back(tenonProfile(lab, count), ['rollback', ENVIRONMENT]) },
        { name: `nix-env --rollback, ${count}`, prepare: () => back(nixProfile(lab, count), ['--rollback']) },
      ]),
      {
        name: `tenon rollback, ${WITH_LINKS}`,
        prepare: () => back(tenonProfile(lab, 10, LINKS), ['rollback', ENVIRONMENT]),
      },
    ],
  },
  {
    name: 'generation',
    title: '`switch --generation N` with 10 and with 10,000 generations, 550 packages',
    rounds: 20,
    heavy: false,
    warmUp: true,
    aims: aims(
      (what) => `tenon switch --generation, ${what}`,
      (count) => `nix-env --switch-generation, ${count}`,
    ),
    contenders: (lab) => [
      nodeStart(lab),
      ...COUNTS.flatMap((count): readonly Contender[] => [
        { name: `tenon switch --generation, ${count}`, prepare: () => toAndFro(tenonProfile(lab, count)) },
        { name: `nix-env --switch-generation, ${count}`, prepare: () => toAndFro(nixProfile(lab, count)) },
      ]),
      { name: `tenon switch --generation, ${WITH_LINKS}`, prepare: () => toAndFro(tenonProfile(lab, 10, LINKS)) },
    ],
  },
]

/** A profile whose newest generation is current at first, and how to move it. */
interface MovableProfile {
  readonly lab: Lab
  readonly count: number
  command(args: readonly string[]): Command
  to(number: number): Command
}

function aims(tenonName: (what: string) => string, nixName: (count: number) => string): readonly Aim[] {
  const [few = 0, many = 0] = COUNTS
  return [
    ...COUNTS.flatMap((count) => [
      aimRatio(tenonName(String(count)), NODE, 1.2),
      aimRatio(tenonName(String(count)), nixName(count), 1.2),
    ]),
    aimRatio(tenonName(String(many)), tenonName(String(few)), 1.1),
    aimRatio(tenonName(WITH_LINKS), NODE, 1.2),
    aimRatio(tenonName(WITH_LINKS), nixName(few), 1.2),
  ]
}

/** Measures `args` from the newest generation, which is made current again before each run. */
function back(profile: MovableProfile, args: readonly string[]): Measure {
  const { lab } = profile
  return () => {
    lab.run(profile.to(profile.count))
    return lab.time(profile.command(args))
  }
}

/** Measures going to the newest generation and to the one before it in turn. */
function toAndFro(profile: MovableProfile): Measure {
  const { lab } = profile
  return (round) => lab.time(profile.to(profile.count - (round % 2)))
}

function tenonProfile(lab: Lab, count: number, links: Links = {}): MovableProfile {
  const name = `generations-${count}${Object.keys(links).length === 0 ? '' : '-links'}`
  const workspace = lab.once(name, () => makeGenerations(lab, name, count, links))
  return {
    lab,
    count,
    command: (args) => tenon(lab, workspace, args),
    to: (number) => tenon(lab, workspace, ['switch', ENVIRONMENT, '--generation', String(number)]),
  }
}

/** Two generations made by the program, of two environments; the others repeat them, written by the same code in one process. */
function makeGenerations(lab: Lab, name: string, count: number, links: Links): Workspace {
  const store = lab.once('generations store', () => copyStore(lab, otherStore(lab), 'tenon/generations-store'))
  const workspace = makeWorkspace(lab, name, { store, packages: otherPackages(), links })
  realise(lab, workspace)
  setEnvironment(lab, workspace, appPackages(), links)
  realise(lab, workspace)
  const profile = join(workspace.root, '.tenon/profiles', ENVIRONMENT)
  lab.run({
    argv: [lab.node, join(PROJECT, 'bench/grow-profile.ts'), profile, String(count)],
    cwd: lab.root,
    variables: lab.quiet,
  })
  return workspace
}

/** Nix with a store, a state directory and a profile of its own: links, as `nix-env` makes them, to one store object. */
function nixProfile(lab: Lab, count: number): MovableProfile {
  requireNix(lab)
  return lab.once(`nix profile ${count}`, () => {
    const root = lab.fresh(`nix/${count}`)
    const place = (name: string): string => lab.fresh(`nix/${count}/${name}`)
    const variables = {
      ...lab.quiet,
      NIX_REMOTE: '',
      NIX_STORE_DIR: place('store'),
      NIX_STATE_DIR: place('state'),
      NIX_LOG_DIR: place('log'),
      NIX_CONF_DIR: place('conf'),
    }
    const nix = (argv: Command['argv']): Command => ({ argv, cwd: root, variables })
    const object = lab.run(nix(['nix-store', '--add', join(PROJECT, 'bench/fixtures/app')])).trim()
    const profiles = place('profiles')
    for (let number = 1; number <= count; number++) symlinkSync(object, join(profiles, `app-${number}-link`))
    symlinkSync(`app-${count}-link`, join(profiles, 'app'))
    const command = (args: readonly string[]): Command => nix(['nix-env', '--profile', join(profiles, 'app'), ...args])
    return { lab, count, command, to: (number) => command(['--switch-generation', String(number)]) }
  })
}
