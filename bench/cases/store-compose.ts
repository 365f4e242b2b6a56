// Composing an environment of packages that are in the store, and the next generation with one of them changed.

import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { aimMemory, aimRatio, type Case } from '../case.ts'
import type { Command, Lab, Measure } from '../lab.ts'
import { NixRoot } from '../nix.ts'
import { requireDebian } from '../peers.ts'
import { addDirectories, partsProgram } from '../tenon.ts'
import { prefixDirectory } from '../trees.ts'

const TENON = 'tenon'
const NIX = 'nix-env -i'
const STOW = 'stow'
const COUNT = 200

const first: Case = {
  name: 'store-compose',
  title: `compose ${COUNT} packages with 9,000 files`,
  rounds: 7,
  heavy: true,
  warmUp: true,
  aims: [aimRatio(TENON, NIX, 0.5), aimRatio(TENON, STOW, 0.35), aimMemory(TENON)],
  contenders: (lab) => [
    {
      name: TENON,
      prepare: () => composing(lab, (round) => tenonGenerations(lab, round).first),
    },
    {
      name: NIX,
      prepare: () => composing(lab, (round) => nixGenerations(lab, round).first),
    },
    {
      name: STOW,
      prepare: () => {
        requireDebian(lab, 'stow')
        const packages = packageDirectories(lab, '1.0')
        const names = packages.map((path) => basename(path))
        return composing(lab, (round) => {
          const directories = ['-d', dirname(packages[0] ?? ''), '-t', lab.fresh(`stow/${round}`)]
          return { argv: ['stow', ...directories, ...names], cwd: lab.root, variables: lab.quiet }
        })
      },
    },
  ],
}

const next: Case = {
  name: 'store-compose-next',
  title: `the next generation of ${COUNT} packages, one of them changed`,
  rounds: 7,
  heavy: true,
  warmUp: true,
  aims: [aimRatio(TENON, NIX, 0.25), aimMemory(TENON)],
  contenders: (lab) => [
    {
      name: TENON,
      prepare: () =>
        composing(lab, (round) => {
          const generations = tenonGenerations(lab, round)
          lab.run(generations.first)
          return generations.second
        }),
    },
    {
      name: NIX,
      prepare: () =>
        composing(lab, (round) => {
          const generations = nixGenerations(lab, round)
          lab.run(generations.first)
          return generations.second
        }),
    },
  ],
}

export const COMPOSING: readonly Case[] = [first, next]

interface Generations {
  readonly first: Command
  readonly second: Command
}

function composing(lab: Lab, command: (round: number) => Command): Measure {
  return (round) => {
    const measured = command(round)
    lab.settle()
    return lab.timeAndMemory(measured)
  }
}

/** All packages but the last are the same in both versions. */
function packageDirectories(lab: Lab, version: '1.0' | '1.1'): readonly string[] {
  return Array.from({ length: COUNT }, (_, number) =>
    number < COUNT - 1
      ? prefixDirectory(lab, `package${number}`, '1.0', number)
      : prefixDirectory(lab, 'changing', version, version === '1.0' ? COUNT : COUNT + 1),
  )
}

/** A store of its own in each round, which has all packages. */
function tenonGenerations(lab: Lab, round: number): Generations {
  const root = lab.fresh(lab.unique(`compose/${round}`))
  const store = join(root, 'store')
  const old = packageDirectories(lab, '1.0')
  const changed = packageDirectories(lab, '1.1').at(-1) ?? ''
  const paths = addDirectories(lab, store, [...old, changed])
  const profile = join(store, 'profiles/bench/app')
  mkdirSync(profile, { recursive: true })
  const composed = (name: string, outputs: readonly string[]): Command => {
    const list = join(root, name)
    writeFileSync(list, JSON.stringify(outputs))
    return partsProgram(lab, 'compose', [store, profile, list])
  }
  const second = [...paths.slice(0, COUNT - 1), ...paths.slice(-1)]
  return { first: composed('first.json', paths.slice(0, COUNT)), second: composed('second.json', second) }
}

function nixGenerations(lab: Lab, round: number): Generations {
  const root = new NixRoot(lab, lab.unique(`compose-nix/${round}`))
  const add = (directories: readonly string[]): readonly string[] =>
    lab
      .run(root.command(['nix-store', '--add', ...directories]))
      .trim()
      .split('\n')
  const old = add(packageDirectories(lab, '1.0'))
  const changed = add(packageDirectories(lab, '1.1').slice(-1))
  const install = (paths: readonly string[]): Command =>
    root.command(['nix-env', '--profile', join(root.root, 'state/profile'), '-i', ...paths])
  return { first: install(old), second: install(changed) }
}
