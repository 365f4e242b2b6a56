import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { DerivationId } from '../../../src/core/derivation.ts'
import { integrityOf } from '../../../src/core/digest.ts'
import { narIntegrity } from '../../../src/core/nar.ts'
import type { StorePath } from '../../../src/core/store-path.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { Store } from '../../../src/store/store.ts'
import { removeTree } from '../../../src/store/tree.ts'
import { hashPath } from '../../../src/store/walk.ts'
import { directory, file, link, name, openStore, temporaryDirectory } from '../../support/store.ts'

const tree = directory({
  bin: directory({ hello: file('#!/bin/sh\necho hello\n', true) }),
  'README.md': file('Hello.\n'),
  latest: link('bin/hello'),
  empty: directory(),
})
const idOf = (text: string): DerivationId => text.repeat(64) as DerivationId

describe('adding a tree', () => {
  test('S-5.1 an object is named by hash and name, and the name does not depend on the place of the store', async () => {
    const [first, second] = [await openStore(), await openStore()]
    const object = first.addTree(name('hello'), tree)
    expect(object.path).toMatch(/^[0-9a-df-np-sv-z]{32}-hello$/)
    expect(second.addTree(name('hello'), tree).path).toBe(object.path)
    expect(second.addTree(name('other'), tree).path.slice(0, 32)).not.toBe(object.path.slice(0, 32))
  })

  test('S-5.2 what is on disk has the hash that was computed in memory', async () => {
    const store = await openStore()
    const object = store.addTree(name('hello'), tree)
    expect(object.narHash).toBe(narIntegrity(tree))
    expect(hashPath(store.host, store.locate(object.path), { label: 'hello' })).toEqual({
      integrity: object.narHash,
      size: object.narSize,
    })
  })

  test('S-5.3 every file and directory is sealed: read-only, with modification time 1', async () => {
    const store = await openStore()
    const top = store.locate(store.addTree(name('hello'), tree).path)
    const modes = Object.fromEntries(
      ['', '/bin', '/bin/hello', '/README.md', '/latest', '/empty'].map((path) => {
        const stat = lstatSync(top + path)
        expect(stat.mtimeMs, path).toBe(1000)
        return [path, (stat.mode & 0o7777).toString(8)]
      }),
    )
    expect(modes).toEqual({
      '': '555',
      '/bin': '555',
      '/bin/hello': '555',
      '/README.md': '444',
      '/latest': '777',
      '/empty': '555',
    })
  })

  test('S-5.4 the same tree again is the same object and writes nothing', async () => {
    const store = await openStore()
    const object = store.addTree(name('hello'), tree)
    const before = readdirSync(store.layout.objects)
    const again = await Store.open(store.root, new NodeHost(), { mode: 'shared' })
    expect(again.addTree(name('hello'), tree)).toEqual(object)
    again.close()
    expect(readdirSync(store.layout.objects)).toEqual(before)
    expect(readdirSync(store.layout.temporary)).toEqual([])
  })

  test('S-5.1 an object can be a single file', async () => {
    const store = await openStore()
    const object = store.addTree(name('hello.sh'), file('echo hello\n', true))
    expect(readFileSync(store.locate(object.path), 'utf8')).toBe('echo hello\n')
    expect(lstatSync(store.locate(object.path)).mode & 0o7777).toBe(0o555)
    expect(store.query(object.path)).toEqual(object)
  })

  for (const [kind, raced] of [
    ['directory', tree],
    ['file', file('raced')],
  ] as const) {
    test(`S-5.4 when another adds the same ${kind} at the last moment, that one stays and ours is dropped`, async () => {
      const root = (await openStore()).root
      const other = await openStore({ root })
      class RacedHost extends NodeHost {
        override rename(from: string, to: string): void {
          if (to.startsWith(other.layout.objects)) other.addTree(name('hello'), raced)
          super.rename(from, to)
        }
      }
      const store = await openStore({ root, host: new RacedHost() })
      const object = store.addTree(name('hello'), raced)
      expect(other.list()).toEqual([object.path])
      expect(readdirSync(other.layout.temporary)).toEqual([])
      expect(lstatSync(other.locate(object.path)).mode & 0o777).toBe(kind === 'directory' ? 0o555 : 0o444)
    })
  }

  test('a tree that is not the expected one is refused and leaves nothing', async () => {
    const store = await openStore()
    const expect_ = integrityOf(Buffer.from('other'))
    expect(() => store.addTree(name('hello'), tree, { expect: expect_ })).toThrow(
      expect.objectContaining({
        code: 'E_INTEGRITY',
        details: { name: 'hello', wanted: expect_, found: narIntegrity(tree) },
      }),
    )
    expect(store.list()).toEqual([])
    expect(store.addTree(name('hello'), tree, { expect: narIntegrity(tree) }).narHash).toBe(narIntegrity(tree))
  })

  test('S-5.5 a sealed file of another object becomes a hard link, and the object is the one that a copy would give', async () => {
    const store = await openStore()
    const hello = store.addTree(name('hello'), tree)
    const existing = `${store.locate(hello.path)}/bin/hello`
    const linked = directory({ run: { ...file('#!/bin/sh\necho hello\n', true), twin: existing } })
    const object = store.addTree(name('run'), linked)
    expect(lstatSync(`${store.locate(object.path)}/run`).ino).toBe(lstatSync(existing).ino)
    expect(object.narHash).toBe(narIntegrity(directory({ run: file('#!/bin/sh\necho hello\n', true) })))
  })

  for (const code of ['EMLINK', 'EXDEV', 'EPERM']) {
    test(`S-5.5 where a file can have no further link (${code}) it is written`, async () => {
      class NoLinks extends NodeHost {
        override hardLink(): void {
          throw Object.assign(new Error(code), { code })
        }
      }
      const store = await openStore({ host: new NoLinks() })
      const hello = store.addTree(name('hello'), tree)
      const existing = `${store.locate(hello.path)}/bin/hello`
      const object = store.addTree(
        name('run'),
        directory({ run: { ...file('#!/bin/sh\necho hello\n', true), twin: existing } }),
      )
      const copy = `${store.locate(object.path)}/run`
      expect(lstatSync(copy)).toMatchObject({ mode: 0o100555, mtimeMs: 1000, nlink: 1 })
      expect(hashPath(store.host, store.locate(object.path)).integrity).toBe(object.narHash)
    })
  }

  test('a file that is not sealed is never linked into the store', async () => {
    const store = await openStore()
    const twin = `${temporaryDirectory()}/mutable`
    writeFileSync(twin, 'x')
    const object = store.addTree(name('mutable'), directory({ f: { ...file('x'), twin } }))
    expect(lstatSync(`${store.locate(object.path)}/f`).ino).not.toBe(lstatSync(twin).ino)
  })

  for (const bad of ['..', '.', '', 'a/b', 'nul\0', '\ud800', 'x'.repeat(256), 'é'.repeat(128)]) {
    test(`S-5.6 the file name ${JSON.stringify(bad).slice(0, 20)} is refused`, async () => {
      const store = await openStore()
      expect(() => store.addTree(name('bad'), directory({ d: directory({ [bad]: file('') }) }))).toThrow(
        expect.objectContaining({ code: 'E_ARCHIVE_UNSAFE' }),
      )
      expect(readdirSync(store.layout.temporary)).toEqual([])
    })
  }
})

describe('references', () => {
  test('S-5.7 a symlink up to the objects directory and down into a valid object is a reference', async () => {
    const store = await openStore()
    const hello = store.addTree(name('hello'), tree)
    const user = store.addTree(
      name('user'),
      directory({ a: link(`../${hello.path}`), b: directory({ c: link(`../../${hello.path}/bin/hello`) }) }),
    )
    expect(user.references).toEqual([hello.path])
    expect(readFileSync(`${store.locate(user.path)}/b/c`, 'utf8')).toContain('echo hello')
  })

  const absent = `${'0'.repeat(32)}-absent`
  for (const target of [
    '/etc/passwd',
    '../../../etc/passwd',
    '..',
    '../..',
    '../README.md',
    `../${absent}`,
    `../../objects/${absent}`,
    'd/../../x',
    'd/../README.md',
    '',
  ]) {
    test(`S-5.6 a symlink to ${JSON.stringify(target)} is refused`, async () => {
      const store = await openStore()
      store.addTree(name('hello'), tree)
      expect(() => store.addTree(name('bad'), directory({ l: link(target), d: directory() }))).toThrow(
        expect.objectContaining({ code: 'E_ARCHIVE_UNSAFE' }),
      )
      expect(store.list()).toHaveLength(1)
    })
  }

  for (const target of ['README.md', './d//f/', '.', 'd/.', 'nowhere']) {
    test(`S-5.6 a symlink to ${JSON.stringify(target)}, inside its object, is kept as it is`, async () => {
      const store = await openStore()
      const object = store.addTree(name('ok'), directory({ l: link(target) }))
      expect(object.references).toEqual([])
      expect(store.host.readLink(`${store.locate(object.path)}/l`)).toBe(target)
    })
  }

  test('S-5.6 a tree that is itself a symlink is refused', async () => {
    const store = await openStore()
    expect(() => store.addTree(name('l'), link('x'))).toThrow(expect.objectContaining({ code: 'E_ARCHIVE_UNSAFE' }))
  })

  test('S-5.7 the hash of a candidate in the bytes of a file is a reference, also across the edge of a chunk', async () => {
    const store = await openStore()
    const [one, two] = ['one', 'two'].map((text) => store.addTree(name(text), file(text)).path) as [
      StorePath,
      StorePath,
    ]
    for (const before of [0, (1 << 20) - 200, (1 << 20) - 150, (1 << 20) - 140, 3_000_000]) {
      const content = `${'-'.repeat(before)}${one}`
      const object = store.addTree(name('user'), directory({ f: file(content) }), { candidates: [one, two] })
      expect(object.references, String(before)).toEqual([one])
    }
    expect(store.addTree(name('user'), directory({ f: file(one) })).references).toEqual([])
  })

  test('S-5.8 the closure has each object once, after all that it refers to', async () => {
    const store = await openStore()
    const make = (text: string, ...to: readonly StorePath[]): StorePath =>
      store.addTree(
        name(text),
        directory(Object.fromEntries(to.map((path, index) => [`l${index}`, link(`../${path}`)]))),
      ).path
    const a = make('a')
    const b = make('b', a)
    const c = make('c', a)
    const d = make('d', b, c)
    make('e', d)
    const closure = store.closure([d, b])
    expect([...closure].sort()).toEqual([a, b, c, d].sort())
    expect(closure.indexOf(a)).toBe(0)
    expect(closure.indexOf(d)).toBe(3)
  })

  test('S-5.8 a closure of what is not valid is an error', async () => {
    const store = await openStore()
    expect(() => store.closure([absent as StorePath])).toThrow(
      expect.objectContaining({ code: 'E_STORE_INVALID_PATH' }),
    )
  })
})

describe('adding from disk', () => {
  test('S-5.3 modes, times and special bits are normalised, and the hash is that of the same tree in memory', async () => {
    const store = await openStore()
    const object = await store.add(name('hello'), async (staging) => {
      mkdirSync(`${staging}/bin`, { recursive: true, mode: 0o700 })
      writeFileSync(`${staging}/bin/hello`, '#!/bin/sh\necho hello\n')
      chmodSync(`${staging}/bin/hello`, 0o4711)
      writeFileSync(`${staging}/README.md`, 'Hello.\n', { mode: 0o600 })
      symlinkSync('bin/hello', `${staging}/latest`)
      mkdirSync(`${staging}/empty`, { mode: 0o500 })
    })
    expect(object).toEqual((await openStore()).addTree(name('hello'), tree))
    const top = store.locate(object.path)
    expect(['', '/bin', '/bin/hello', '/README.md'].map((path) => lstatSync(top + path).mode & 0o7777)).toEqual([
      0o555, 0o555, 0o555, 0o444,
    ])
    expect(['', '/bin', '/bin/hello', '/latest'].map((path) => lstatSync(top + path).mtimeMs)).toEqual([
      1000, 1000, 1000, 1000,
    ])
  })

  test('S-5.1 a single file can be filled too', async () => {
    const store = await openStore()
    const object = await store.add(name('f'), async (staging) => writeFileSync(staging, 'x'))
    expect(object).toEqual(store.addTree(name('f'), file('x')))
  })

  test('S-5.6 a socket, pipe or device is refused and leaves nothing', async () => {
    const store = await openStore()
    const { execFileSync } = await import('node:child_process')
    await expect(
      store.add(name('pipe'), async (staging) => {
        mkdirSync(staging)
        execFileSync('mkfifo', [`${staging}/p`])
      }),
    ).rejects.toMatchObject({ code: 'E_ARCHIVE_UNSAFE', details: { path: 'p' } })
    expect(readdirSync(store.layout.temporary)).toEqual([])
  })

  test('S-5.6 a name that is not UTF-8 is refused', async () => {
    const store = await openStore()
    await expect(
      store.add(name('latin1'), async (staging) => {
        mkdirSync(staging)
        writeFileSync(Buffer.concat([Buffer.from(`${staging}/`), Buffer.from([0xe9])]), '')
      }),
    ).rejects.toMatchObject({ code: 'E_ARCHIVE_UNSAFE' })
  })

  test('S-5.4 two of the same at once are one object, and nothing is left over', async () => {
    const store = await openStore()
    let wake = (): void => {}
    class PausedHost extends NodeHost {
      override async pause(): Promise<void> {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
    const paused = await openStore({ root: store.root, host: new PausedHost() })
    const fill = async (staging: string): Promise<void> => writeFileSync(staging, 'x')
    const slow = paused.add(name('f'), fill)
    const object = await store.add(name('f'), fill)
    wake()
    expect(await slow).toEqual(object)
    expect(readdirSync(store.layout.temporary)).toEqual([])
  })

  test('S-5.2 a path of the user is copied as it is, and stays as it was', async () => {
    const path = `${temporaryDirectory()}/tool`
    mkdirSync(`${path}/bin`, { recursive: true })
    writeFileSync(`${path}/bin/run`, 'x', { mode: 0o755 })
    symlinkSync('bin/run', `${path}/run`)
    const before = lstatSync(`${path}/bin/run`)
    const store = await openStore()
    const object = await store.addPath(name('tool'), path)
    expect(object.narHash).toBe(hashPath(store.host, path).integrity)
    expect(lstatSync(`${path}/bin/run`)).toMatchObject({ mode: before.mode, mtimeMs: before.mtimeMs, nlink: 1 })
  })

  test('what `fill` throws comes through, and nothing is left', async () => {
    const store = await openStore()
    const failure = new Error('no')
    await expect(
      store.add(name('f'), async (staging) => {
        writeFileSync(staging, 'half')
        throw failure
      }),
    ).rejects.toBe(failure)
    expect(readdirSync(store.layout.temporary)).toEqual([])
  })

  test('two hard links to one file in the staging directory are two files of the object', async () => {
    const store = await openStore()
    const object = await store.add(name('twins'), async (staging) => {
      mkdirSync(staging)
      writeFileSync(`${staging}/a`, 'x')
      linkSync(`${staging}/a`, `${staging}/b`)
    })
    expect(object.narHash).toBe(narIntegrity(directory({ a: file('x'), b: file('x') })))
  })
})

describe('realisations', () => {
  test('S-5.10 what was valid with a record still is only with that record and its tree', async () => {
    const store = await openStore()
    const { path } = store.addTree(name('tree'), tree)
    const record = store.recordOf(path)
    expect(store.isStill(path, record)).toBe(true)
    writeFileSync(store.layout.infoOf(path), record.slice(0, -2))
    expect(store.isStill(path, record)).toBe(false)
    writeFileSync(store.layout.infoOf(path), record)
    removeTree(new NodeHost(), store.locate(path))
    expect(store.isStill(path, record)).toBe(false)
  })

  test('S-5.9 a realisation is found again, also by a store opened later', async () => {
    const store = await openStore()
    const output = store.addTree(name('hello'), tree).path
    expect(store.realisation(idOf('a'))).toBeNull()
    store.register({ derivation: idOf('a'), output })
    const later = await openStore({ root: store.root, mode: 'read' })
    expect(later.realisation(idOf('a'))).toEqual({ derivation: idOf('a'), output })
  })

  test('S-5.9 a realisation whose output is not valid counts as none', async () => {
    const store = await openStore()
    const output = store.addTree(name('hello'), tree).path
    store.register({ derivation: idOf('a'), output })
    store.host.unlink(store.layout.infoOf(output))
    const later = await openStore({ root: store.root })
    expect(later.realisation(idOf('a'))).toBeNull()
    expect(() => later.register({ derivation: idOf('b'), output })).toThrow('not valid')
  })

  for (const damage of ['', '{', 'null', '{"schema":2}', '{"schema":1,"derivation":"x","output":"../../etc"}']) {
    test(`S-5.9 a damaged record (${damage}) counts as none and is written anew`, async () => {
      const store = await openStore()
      const output = store.addTree(name('hello'), tree).path
      writeFileSync(store.layout.realisation(idOf('a')), damage)
      expect(store.realisation(idOf('a'))).toBeNull()
      store.register({ derivation: idOf('a'), output })
      expect(store.realisation(idOf('a'))?.output).toBe(output)
    })

    test(`S-5.10 an object with a damaged info record (${damage}) is not valid, and adding it again heals it`, async () => {
      const store = await openStore()
      const object = store.addTree(name('hello'), tree)
      writeFileSync(store.layout.infoOf(object.path), damage)
      const later = await openStore({ root: store.root })
      expect(later.isValid(object.path)).toBe(false)
      expect(later.addTree(name('hello'), tree)).toEqual(object)
      expect((await openStore({ root: store.root })).isValid(object.path)).toBe(true)
    })
  }
})

describe('opening', () => {
  test('a store that is missing can be read, and is not made by that', async () => {
    const root = `${temporaryDirectory()}/none`
    const store = await openStore({ root, mode: 'read' })
    expect(store.list()).toEqual([])
    expect(store.realisation(idOf('a'))).toBeNull()
    expect(store.host.stat(root)).toBeNull()
  })

  test('a store opened to read writes nothing', async () => {
    const store = await openStore({ mode: 'read' })
    expect(() => store.addTree(name('hello'), tree)).toThrow('only to read')
  })

  test('S-5.11 directories that someone removed are made again', async () => {
    const store = await openStore()
    store.host.removeDirectory(store.layout.cache)
    store.host.removeDirectory(store.layout.temporary)
    const later = await openStore({ root: store.root })
    expect(later.isValid(later.addTree(name('hello'), tree).path)).toBe(true)
  })
})
