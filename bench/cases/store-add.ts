// Hashing trees and adding them to a store, beside Nix, ostree and cp.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aimMemory, aimRatio, aimValue, type Case, type Contender } from '../case.ts'
import type { Command, Lab, Measure } from '../lab.ts'
import { NixRoot } from '../nix.ts'
import { requireDebian, requireNix } from '../peers.ts'
import { storeVerb } from '../tenon.ts'
import { bigFile, nodeModules, smallPackages } from '../trees.ts'

const HASH = 'tenon store hash'
const ADD = 'tenon store add'
const NIX_HASH = 'nix-hash'
const NIX_ADD = 'nix-store --add'
const SMALL_PACKAGES = 2000
const BIG_MEGABYTES = 1000

const hash: Case = {
  name: 'store-hash',
  title: 'hash a real node_modules',
  rounds: 7,
  heavy: true,
  warmUp: true,
  aims: [aimRatio(HASH, NIX_HASH, 1.0), aimMemory(HASH)],
  about: (lab) => nodeModules(lab).about,
  contenders: (lab) => [
    {
      name: HASH,
      prepare: () => {
        const command = storeVerb(lab, lab.fresh('hash'), ['hash', '--format', 'base32', nodeModules(lab).path])
        if (lab.run(command) !== lab.run(nixHash(lab))) throw new Error('Nix says that the hash is another')
        return () => lab.timeAndMemory(command)
      },
    },
    nixHashing(lab),
  ],
}

const add: Case = {
  name: 'store-add',
  title: 'add a real node_modules to an empty store',
  rounds: 4,
  heavy: true,
  warmUp: true,
  aims: [
    aimRatio(ADD, NIX_ADD, 0.6),
    aimRatio(ADD, 'cp -a', 0.75),
    aimRatio(ADD, 'ostree commit', 0.25),
    aimMemory(ADD),
  ],
  about: (lab) => nodeModules(lab).about,
  contenders: (lab) => {
    const tree = (): string => nodeModules(lab).path
    return [
      { name: ADD, prepare: () => adding(lab, (store) => storeVerb(lab, store, ['add', tree()])) },
      { name: NIX_ADD, prepare: () => addingToNix(lab, (root) => root.command(['nix-store', '--add', tree()])) },
      {
        name: 'cp -a',
        prepare: () => adding(lab, (place) => quiet(lab, ['cp', '-a', tree(), place])),
      },
      { name: 'ostree commit', prepare: () => committing(lab, tree()) },
    ]
  },
}

const small: Case = {
  name: 'store-add-small',
  title: `add ${SMALL_PACKAGES} directories of 5 files`,
  rounds: 5,
  heavy: true,
  warmUp: true,
  aims: [aimRatio(ADD, NIX_ADD, 0.4), aimMemory(ADD)],
  contenders: (lab) => {
    const packages = () => smallPackages(lab, SMALL_PACKAGES)
    return [
      {
        name: ADD,
        prepare: () => {
          const { path, names } = packages()
          return adding(lab, (store) => ({ ...storeVerb(lab, store, ['add', ...names]), cwd: path }))
        },
      },
      {
        name: NIX_ADD,
        prepare: () => {
          const { path, names } = packages()
          return addingToNix(lab, (root) => root.command(['nix-store', '--add', ...names], path))
        },
      },
    ]
  },
}

const big: Case = {
  name: 'store-add-big',
  title: `add one file of ${BIG_MEGABYTES} MB`,
  rounds: 3,
  heavy: true,
  warmUp: true,
  aims: [aimRatio(ADD, NIX_ADD, 1.0), aimMemory(ADD)],
  contenders: (lab) => {
    const file = (): string => bigFile(lab, BIG_MEGABYTES)
    return [
      {
        name: ADD,
        prepare: () =>
          sparing(
            lab,
            adding(lab, (store) => storeVerb(lab, store, ['add', file()])),
          ),
      },
      {
        name: NIX_ADD,
        prepare: () =>
          sparing(
            lab,
            addingToNix(lab, (root) => root.command(['nix-store', '--add', file()])),
          ),
      },
    ]
  },
}

const again: Case = {
  name: 'store-re-add',
  title: 'add a real node_modules that the store has already',
  rounds: 7,
  heavy: true,
  warmUp: true,
  aims: [aimRatio(ADD, NIX_HASH, 1.1), aimValue(ADD, 'written', 0), aimMemory(ADD)],
  about: (lab) => nodeModules(lab).about,
  contenders: (lab) => [
    {
      name: ADD,
      prepare: () => {
        const store = lab.fresh('re-add')
        const command = storeVerb(lab, store, ['add', nodeModules(lab).path])
        lab.run(command)
        return (round) => {
          lab.settle()
          const mark = join(lab.root, `re-add-${round}`)
          writeFileSync(mark, '')
          return { ...lab.timeAndMemory(command), written: changedSince(lab, store, mark) }
        }
      },
    },
    nixHashing(lab),
  ],
}

export const ADDING: readonly Case[] = [hash, add, small, big, again]

function quiet(lab: Lab, argv: Command['argv']): Command {
  return { argv, cwd: lab.root, variables: lab.quiet }
}

function nixHashing(lab: Lab): Contender {
  return {
    name: NIX_HASH,
    prepare: () => {
      requireNix(lab)
      return () => lab.timeAndMemory(nixHash(lab))
    },
  }
}

function nixHash(lab: Lab): Command {
  return quiet(lab, ['nix-hash', '--type', 'sha256', '--base32', nodeModules(lab).path])
}

/** Into a directory of its own in each round. */
function adding(lab: Lab, command: (place: string) => Command): Measure {
  const name = lab.unique('adding')
  return (round) => {
    const place = lab.fresh(`${name}/${round}`)
    lab.settle()
    return lab.timeAndMemory(command(place))
  }
}

function addingToNix(lab: Lab, command: (root: NixRoot) => Command): Measure {
  const name = lab.unique('adding-nix')
  return (round) => {
    const root = new NixRoot(lab, `${name}/${round}`)
    lab.settle()
    return lab.timeAndMemory(command(root))
  }
}

/** Gives back the space of very large files after each round: so few deletions slow nothing down. */
function sparing(lab: Lab, measure: Measure): Measure {
  const argv = ['find', lab.root, '-path', '*/adding*', '-type', 'f', '-size', '+500M', '-delete'] as const
  return (round) => {
    const sample = measure(round)
    lab.run(quiet(lab, argv))
    return sample
  }
}

/** Into a repository that keeps files as they are and, like the others, does not wait for the disk after each. */
function committing(lab: Lab, tree: string): Measure {
  requireDebian(lab, 'ostree')
  return adding(lab, (place) => {
    const repository = `--repo=${place}`
    lab.run(quiet(lab, ['ostree', 'init', repository, '--mode=bare']))
    lab.run(quiet(lab, ['ostree', 'config', repository, 'set', 'core.fsync', 'false']))
    return quiet(lab, ['ostree', 'commit', repository, '--branch=tree', '--subject=tree', `--tree=dir=${tree}`])
  })
}

/** How many files and directories were written, made, moved or removed (by their directory) since `mark` was made. */
function changedSince(lab: Lab, directory: string, mark: string): number {
  const found = lab.run(quiet(lab, ['find', directory, '-cnewer', mark]))
  return found.split('\n').length - 1
}
