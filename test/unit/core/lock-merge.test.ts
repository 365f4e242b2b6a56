import { describe, expect, test } from 'vitest'
import type { Digest, Integrity } from '../../../src/core/digest.ts'
import { type LockedEnvironment, type LockedId, type LockedPackage, printLock } from '../../../src/core/lock.ts'
import { agreedLock, readLockText } from '../../../src/core/lock-merge.ts'

const integrity = 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' as Integrity

function item(name: string, version: string, needs: readonly string[] = []): LockedPackage {
  return {
    id: `npm:${name}@${version}` as LockedId,
    source: 'npm',
    name,
    version,
    artifacts: [{ kind: 'file', source: 'npm', package: name, name: `${name}-${version}.tgz`, size: null, integrity }],
    dependencies: Object.fromEntries(needs.map((id) => [id.replace(/^npm:(.*)@.*$/, '$1'), id as LockedId])),
    data: {},
  }
}

function lockOf(packages: readonly LockedPackage[], more: Partial<LockedEnvironment> = {}): LockedEnvironment {
  const roots = packages.map(({ id, name }) => ({ requirement: `npm:${name}`, package: id, priority: 0 }))
  const ids = packages.map(({ id }) => id)
  return {
    schema: 1,
    satisfies: 'a'.repeat(64) as Digest,
    variables: {},
    systems: { 'x86_64-linux': { roots, packages: ids } },
    packages,
    ...more,
  }
}

/** As git writes it, the whole of both sides in one conflict. */
function conflict(ours: string, theirs: string, { base = '', eol = '\n' } = {}): string {
  const middle = base === '' ? '' : `||||||| base\n${base}`
  return `<<<<<<< HEAD\n${ours}${middle}=======\n${theirs}>>>>>>> branch\n`.replaceAll('\n', eol)
}

function agreed(ours: LockedEnvironment, theirs: LockedEnvironment): LockedEnvironment | null {
  return agreedLock(conflict(printLock(ours), printLock(theirs)), 'x.lock.json')
}

const same = item('same', '1.0.0')
const ours = lockOf([same, item('left', '1.0.0'), item('user', '1.0.0', ['npm:left@1.0.0'])])
const theirs = lockOf([same, item('left', '2.0.0'), item('user', '1.0.0', ['npm:left@2.0.0'])])

describe('S-3.6 of two sides what both agree on is kept', () => {
  test('packages that are the same, with everything that they need', () => {
    expect(agreed(ours, theirs)?.packages.map((other) => other.id)).toEqual(['npm:same@1.0.0'])
    expect(agreed(ours, theirs)?.systems['x86_64-linux']).toEqual({
      packages: ['npm:same@1.0.0'],
      roots: [{ package: 'npm:same@1.0.0', priority: 0, requirement: 'npm:same' }],
    })
  })

  test('it satisfies nothing, so that it is taken for no lock', () => {
    expect(agreed(ours, ours)?.satisfies).not.toBe(ours.satisfies)
  })

  test('with the base in the middle, and with the line ends of another system', () => {
    const [left, right] = [printLock(ours), printLock(theirs)]
    for (const text of [conflict(left, right, { base: left }), conflict(left, right, { eol: '\r\n' })])
      expect(agreedLock(text, 'x.lock.json')).toEqual(agreed(ours, theirs))
  })

  test('of a registry the place and the commit that both have, and the highest serial that one of them saw', () => {
    const core = { place: 'git+https://example.org/a', name: 'core', serial: 7, commit: 'a'.repeat(40) }
    const left = lockOf([same], { registries: { core, moved: { ...core, place: './old' }, gone: core } })
    const right = lockOf([same], {
      registries: {
        core: { ...core, serial: 9, commit: 'b'.repeat(40) },
        moved: { ...core, place: './new' },
      },
    })
    const { commit, ...rest } = core
    expect(agreed(left, right)?.registries).toEqual({ core: { ...rest, serial: 9 } })
    expect(agreed(right, left)?.registries).toEqual({ core: { ...rest, serial: 9 } })
    expect(agreed(left, left)?.registries).toEqual(left.registries)
    expect(agreed(left, lockOf([same]))).not.toHaveProperty('registries')
  })

  test('of other repositories those that both read at the same commit', () => {
    const at = (commit: string) => ({ commit: commit.repeat(40), files: { 'environments/base.yaml': integrity } })
    const left = lockOf([same], {
      imports: { 'git+https://example.org/a': at('a'), 'git+https://example.org/b': at('a') },
    })
    const right = lockOf([same], {
      imports: { 'git+https://example.org/a': at('a'), 'git+https://example.org/b': at('b') },
    })
    expect(agreed(left, right)?.imports).toEqual({ 'git+https://example.org/a': at('a') })
    expect(agreed(left, lockOf([same]))).not.toHaveProperty('imports')
  })

  test('a side that is none counts as none', () => {
    const good = printLock(ours)
    for (const bad of ['', '{', '[]', '{"schema":99}', good.replace('"npm"', '"other"')]) {
      expect(agreedLock(conflict(good, bad), 'x.lock.json')).toBeNull()
      expect(agreedLock(conflict(bad, good), 'x.lock.json')).toBeNull()
    }
  })

  test('markers may stand at any line of a lock, and nothing is thrown but what is said of a lock without them', () => {
    const lines = printLock(ours).split('\n')
    for (let at = 0; at < lines.length; at++) {
      for (const extra of [
        ['<<<<<<< HEAD', '=======', '>>>>>>> x'],
        ['>>>>>>> x', '<<<<<<< HEAD'],
        ['=======', '<<<<<<< a', '>>>>>>> b'],
      ]) {
        const text = [...lines.slice(0, at), ...extra, ...lines.slice(at)].join('\n')
        expect(() => readLockText(text, 'x.lock.json')).not.toThrow()
      }
    }
  })
})
