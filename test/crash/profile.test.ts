// Every crash point of a profile's own operations and of making a workspace known to a store.

import { cpSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { digestText, parseIntegrity } from '../../src/core/digest.ts'
import { makeStorePath, toStoreName } from '../../src/core/store-path.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { type CommitOptions, Profile } from '../../src/profile/profile.ts'
import {
  deletedWorkspaces,
  enrolledProfileDirectory,
  ensureProfileDirectory,
  profileLink,
  readIdentity,
} from '../../src/profile/workspace.ts'
import { FaultyHost, SimulatedCrash } from '../support/faulty-host.ts'
import { MEMORY } from '../support/local-world.ts'

const real = new NodeHost()
const KINDS = ['crash', 'torn'] as const

function newDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(MEMORY, 'tenon-crash-')))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

/** Tries `run` with a crash at each call, in a new directory each time, until a run meets none. */
function forEachCrash(
  kind: (typeof KINDS)[number],
  prepare: (directory: string) => void,
  run: (host: NodeHost, directory: string) => void,
  check: (directory: string) => void,
): number {
  for (let at = 1; ; at++) {
    const directory = newDirectory()
    prepare(directory)
    const host = new FaultyHost({ kind, at })
    let crash: unknown = null
    try {
      run(host, directory)
    } catch (error) {
      crash = error
    }
    if (!host.failed) {
      expect(crash).toBeNull()
      check(directory)
      return at - 1
    }
    expect(crash).toBeInstanceOf(SimulatedCrash)
    check(directory)
  }
}

const narHash = parseIntegrity(`sha256-${Buffer.alloc(32, 7).toString('base64')}`)?.integrity
if (narHash === undefined) throw new Error('a hash')

function tree(number: number): CommitOptions {
  const storePath = makeStorePath(toStoreName(`environment-${number}`), narHash as CommitOptions['narHash'], [])
  return {
    storePath,
    narHash: narHash as CommitOptions['narHash'],
    lock: digestText(String(number)),
    links: {},
    reason: `tree ${number}`,
  }
}

const profileAt = (directory: string, host: NodeHost = real) => new Profile(host, directory, 'default')

for (const share of [0, 0.7]) {
  test(`S-7.31 a power failure that leaves ${share} of what was not synced lets no number be used twice (S-7.5)`, () => {
    for (let at = 1; ; at++) {
      const directory = newDirectory()
      const host = new FaultyHost({ kind: 'power', at, share })
      const used: number[] = []
      try {
        const profile = profileAt(directory, host)
        for (const number of [1, 2, 3]) used.push(profile.commit(tree(number)).number)
        profile.switchTo(1)
        profile.forget([2, 3])
        used.push(profile.commit(tree(4)).number)
        profile.switchTo(1)
        profile.forget([4])
        used.push(profile.commit(tree(5)).number)
      } catch (error) {
        expect(error).toBeInstanceOf(SimulatedCrash)
      }
      const profile = profileAt(directory)
      expect(profile.list()).toHaveLength(profile.numbers().length)
      expect(profile.currentNumber() === null || profile.current() !== null).toBe(true)
      const next = profile.commit(tree(9)).number
      expect(next).toBeGreaterThan(Math.max(0, ...used))
      if (!host.failed) {
        expect(used).toEqual([1, 2, 3, 4, 5])
        break
      }
    }
  })
}

describe('S-7.10 a crash in a profile leaves old or new, and numbers are not used twice', () => {
  for (const kind of KINDS) {
    test(`commit of the first generation (${kind})`, () => {
      const crashes = forEachCrash(
        kind,
        () => undefined,
        (host, directory) => void profileAt(directory, host).commit(tree(1)),
        (directory) => {
          const profile = profileAt(directory)
          expect([null, 1]).toContain(profile.currentNumber())
          expect(profile.list().length).toBe(profile.numbers().length)
          const made = profile.commit(tree(1))
          expect(made).toMatchObject({ parent: null, storePath: tree(1).storePath })
          expect(profile.current()).toEqual(made)
          expect(profile.list()).toEqual([made])
        },
      )
      expect(crashes).toBeGreaterThan(10)
    })

    test(`commit of a further generation (${kind})`, () => {
      const crashes = forEachCrash(
        kind,
        (directory) => {
          for (const number of [1, 2, 3]) profileAt(directory).commit(tree(number))
          profileAt(directory).switchTo(1)
          profileAt(directory).forget([3])
        },
        (host, directory) => void profileAt(directory, host).commit(tree(4)),
        (directory) => {
          const profile = profileAt(directory)
          expect([1, 4]).toContain(profile.currentNumber())
          expect(profile.current()).not.toBeNull()
          expect(profile.list().length).toBe(profile.numbers().length)
          // Whatever was lost: number 3 does not come back, and nothing is made of a number twice.
          const other = profile.commit(tree(5))
          expect(other.number).toBeGreaterThan(3)
          expect(profile.read(4)?.storePath ?? tree(4).storePath).toBe(
            other.number === 4 ? tree(5).storePath : tree(4).storePath,
          )
          expect(profile.commit(tree(4)).storePath).toBe(tree(4).storePath)
          expect(profile.current()?.storePath).toBe(tree(4).storePath)
          const numbers = profile.numbers()
          expect(new Set(numbers).size).toBe(numbers.length)
        },
      )
      expect(crashes).toBeGreaterThan(10)
    })

    test(`switchTo (${kind})`, () => {
      const crashes = forEachCrash(
        kind,
        (directory) => {
          for (const number of [1, 2]) profileAt(directory).commit(tree(number))
        },
        (host, directory) => void profileAt(directory, host).switchTo(1),
        (directory) => {
          expect([1, 2]).toContain(profileAt(directory).current()?.number)
          expect(profileAt(directory).list()).toHaveLength(2)
          expect(profileAt(directory).switchTo(1).number).toBe(1)
          expect(profileAt(directory).currentNumber()).toBe(1)
        },
      )
      expect(crashes).toBe(3)
    })

    test(`forget of several (${kind})`, () => {
      const crashes = forEachCrash(
        kind,
        (directory) => {
          for (const number of [1, 2, 3, 4]) profileAt(directory).commit(tree(number))
        },
        (host, directory) => profileAt(directory, host).forget([1, 3]),
        (directory) => {
          const profile = profileAt(directory)
          expect(profile.currentNumber()).toBe(4)
          expect(profile.numbers()).toEqual(expect.arrayContaining([2, 4]))
          expect(profile.list().length).toBe(profile.numbers().length)
          profile.forget([1, 3])
          expect(
            real
              .readDirectory(directory)
              .map((entry) => entry.name)
              .toSorted(),
          ).toEqual(['2', '2.json', '4', '4.json', 'current', 'next'])
          expect(profile.commit(tree(1)).number).toBe(5)
        },
      )
      expect(crashes).toBe(6)
    })
  }
})

interface Case {
  readonly prepare: (root: string) => void
  /** The workspace that is made known. */
  readonly name: string
  readonly isCopy?: true
}

const cases: Readonly<Record<string, Case>> = {
  'a new workspace': { name: 'w', prepare: () => undefined },
  'a further environment': { name: 'w', prepare: (root) => enrol(root, 'w', 'other') },
  'a moved workspace': {
    name: 'moved',
    prepare: (root) => {
      enrol(root, 'w', 'default')
      rmSync(join(root, 'moved'), { recursive: true })
      renameSync(join(root, 'w'), join(root, 'moved'))
    },
  },
  'a copied workspace': {
    name: 'copy',
    isCopy: true,
    prepare: (root) => {
      enrol(root, 'w', 'default')
      cpSync(join(root, 'w'), join(root, 'copy'), { recursive: true, verbatimSymlinks: true })
    },
  },
  'a workspace that another store knows': {
    name: 'w',
    prepare: (root) => {
      enrol(root, 'w', 'default')
      renameSync(join(root, 'store'), join(root, 'first'))
      mkdirSync(join(root, 'store', 'profiles'), { recursive: true })
    },
  },
}

function enrol(root: string, name: string, environment: string): void {
  ensureProfileDirectory(real, { root: join(root, name) }, join(root, 'store'), environment)
}

describe('S-1.3 a crash while a workspace is made known to a store loses nothing, and the next use finishes it', () => {
  for (const [title, { prepare, name, isCopy = false }] of Object.entries(cases)) {
    for (const kind of KINDS) {
      test(`${title} (${kind})`, () => {
        const crashes = forEachCrash(
          kind,
          (root) => {
            mkdirSync(join(root, 'store', 'profiles'), { recursive: true })
            for (const each of new Set(['w', name])) mkdirSync(join(root, each, 'environments'), { recursive: true })
            prepare(root)
          },
          (host, root) => void ensureProfileDirectory(host, { root: join(root, name) }, join(root, 'store'), 'default'),
          (root) => {
            const workspace = { root: join(root, name) }
            const store = join(root, 'store')
            const before = real.readDirectory(join(store, 'profiles')).map((entry) => entry.name)
            const identity = readIdentity(real, workspace)
            expect(deletedWorkspaces(real, store)).toEqual([])
            const directory = ensureProfileDirectory(real, workspace, store, 'default')
            expect(enrolledProfileDirectory(real, workspace, store, 'default')).toBe(directory)
            expect(real.realPath(profileLink(workspace, 'default'))).toBe(directory)
            expect(deletedWorkspaces(real, store)).toEqual([])
            if (!isCopy) {
              // No second identity is made for one workspace.
              if (identity !== null) expect(readIdentity(real, workspace)).toBe(identity)
              expect(before.length).toBeLessThanOrEqual(1)
            } else {
              const original = { root: join(root, 'w') }
              expect(enrolledProfileDirectory(real, original, store, 'default')).not.toBeNull()
              expect(readIdentity(real, original)).not.toBe(readIdentity(real, workspace))
            }
          },
        )
        expect(crashes).toBeGreaterThan(2)
      })
    }
  }
})
