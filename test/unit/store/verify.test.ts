import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { DerivationId } from '../../../src/core/derivation.ts'
import type { StorePath } from '../../../src/core/store-path.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import type { Store } from '../../../src/store/store.ts'
import { type VerifyOptions, verifyStore } from '../../../src/store/verify.ts'
import { directory, file, link, name, openStore } from '../../support/store.ts'

const id = 'b'.repeat(64) as DerivationId

/** An object with a file `text`, an executable `run`, a directory `d` with a link in it, and links to others. */
function add(store: Store, text: string, ...to: readonly StorePath[]): StorePath {
  const links = Object.fromEntries(to.map((path, index) => [`to${index}`, link(`../${path}`)]))
  const entries = { text: file(text), run: file('#!', true), d: directory({ l: link('../text') }) }
  return store.addTree(name(text), directory({ ...links, ...entries })).path
}

async function verify(store: Store, options: VerifyOptions = { workers: 0 }) {
  const later = await openStore({ root: store.root, mode: 'read' })
  const found: (readonly [kind: string, storePath: string])[] = []
  let checked = 0
  for await (const item of verifyStore(later, undefined, options)) {
    if ('defect' in item) found.push([item.defect.kind, item.defect.storePath])
    else checked = item.checked
  }
  return { checked, found }
}

/** Changes what is sealed, as only a hand or a broken disk does. */
function alter(store: Store, path: StorePath, at: string, change: (place: string) => void): void {
  const { host } = store
  const top = store.locate(path)
  const parent = at.includes('/') ? `${top}/${at.slice(0, at.lastIndexOf('/'))}` : top
  host.setMode(parent, 0o755)
  change(`${top}/${at}`)
  host.setTime(parent, 1)
  host.setMode(parent, 0o555)
}

/** The same file with other bytes, mode and time as they were. */
function rewrite(store: Store, place: string, text: string): void {
  const mode = store.host.stat(place)?.mode ?? 0
  store.host.setMode(place, 0o644)
  writeFileSync(place, text)
  store.host.setMode(place, mode)
  store.host.setTime(place, 1)
}

const damages: Readonly<Record<string, readonly [(store: Store, path: StorePath) => void, string]>> = {
  'a changed byte': [(store, path) => alter(store, path, 'text', (place) => rewrite(store, place, 'A')), 'changed'],
  'a missing file': [(store, path) => alter(store, path, 'text', (place) => rmSync(place)), 'changed'],
  'a new file': [
    (store, path) =>
      alter(store, path, 'd/new', (place) => {
        writeFileSync(place, '', { mode: 0o444 })
        store.host.setTime(place, 1)
      }),
    'changed',
  ],
  'another link target': [
    (store, path) =>
      alter(store, path, 'd/l', (place) => {
        rmSync(place)
        symlinkSync('../run', place)
        store.host.setTime(place, 1)
      }),
    'changed',
  ],
  'a link that leads out': [
    (store, path) =>
      alter(store, path, 'd/l', (place) => {
        rmSync(place)
        symlinkSync('/etc/passwd', place)
        store.host.setTime(place, 1)
      }),
    'changed',
  ],
  'an executable bit': [(store, path) => store.host.setMode(`${store.locate(path)}/text`, 0o555), 'changed'],
  'a missing executable bit': [(store, path) => store.host.setMode(`${store.locate(path)}/run`, 0o444), 'changed'],
  'a file that can be written': [
    (store, path) => store.host.setMode(`${store.locate(path)}/text`, 0o644),
    'not-sealed',
  ],
  'a directory that can be written': [
    (store, path) => store.host.setMode(`${store.locate(path)}/d`, 0o755),
    'not-sealed',
  ],
  'a top directory that others can write': [
    (store, path) => store.host.setMode(store.locate(path), 0o777),
    'not-sealed',
  ],
  'a setuid bit': [(store, path) => store.host.setMode(`${store.locate(path)}/run`, 0o4555), 'not-sealed'],
  'a time of a file': [(store, path) => store.host.setTime(`${store.locate(path)}/text`, 2), 'not-sealed'],
  'a time of a directory': [(store, path) => store.host.setTime(`${store.locate(path)}/d`, 2), 'not-sealed'],
  'a pipe': [
    (store, path) =>
      alter(store, path, 'text', (place) => {
        rmSync(place)
        process.getBuiltinModule('node:child_process').execFileSync('mkfifo', [place])
      }),
    'unreadable',
  ],
  'a missing record': [(store, path) => store.host.unlink(store.layout.infoOf(path)), 'no-info'],
  'a torn record': [(store, path) => writeFileSync(store.layout.infoOf(path), '{"schema":1,'), 'no-info'],
  'a record with another hash': [(store, path) => changeRecord(store, path, /sha256-..../, 'sha256-AAAA'), 'no-info'],
  'a record with another size': [
    (store, path) => changeRecord(store, path, /"narSize": \d+/, '"narSize": 7'),
    'no-info',
  ],
  'a record without its reference': [
    (store, path) => changeRecord(store, path, /"references": \[[^\]]*\]/, '"references": []'),
    'no-info',
  ],
}

function changeRecord(store: Store, path: StorePath, pattern: RegExp, by: string): void {
  const place = store.layout.infoOf(path)
  const record = store.host.readFile(place)?.toString('utf8') ?? ''
  const changed = record.replace(pattern, by)
  if (changed === record) throw new Error(`nothing to change in ${record}`)
  writeFileSync(place, changed)
}

describe('verify', () => {
  test('S-5.3 the time of a symlink is no defect: a link cannot be written, and one in its place changes the directory', async () => {
    const store = await openStore()
    const { path } = store.addTree(name('linked'), directory({ d: directory({ l: link('../text') }), text: file('x') }))
    const place = `${store.locate(path)}/d/l`
    expect(store.host.stat(place)?.modifiedMs).toBe(1000)
    store.host.setTime(place, 2)
    expect(await verify(store)).toEqual({ checked: 1, found: [] })
  })

  test('S-5.19 a sound store has no defect, and every object is checked', async () => {
    const store = await openStore()
    add(store, 'b', add(store, 'a'))
    store.addTree(name('file'), file('x', true))
    store.register({ derivation: id, output: add(store, 'a') })
    expect(await verify(store)).toEqual({ checked: 3, found: [] })
  })

  for (const [title, [damage, kind]] of Object.entries(damages)) {
    test(`S-5.19 ${title} is found and not repaired`, async () => {
      const store = await openStore()
      const sound = add(store, 'sound')
      const path = add(store, 'a', sound)
      damage(store, path)
      const expected = { checked: 2, found: [[kind, path]] }
      expect(await verify(store)).toEqual(expected)
      expect(await verify(store)).toEqual(expected)
    })
  }

  test('S-5.19 workers find what this thread finds, each defect once', async () => {
    const store = await openStore()
    const paths = Object.keys(damages).map((_, index) => add(store, `object ${index}`, add(store, `base ${index}`)))
    for (const [index, [damage]] of Object.values(damages).entries()) damage(store, paths[index] as StorePath)
    const one = await verify(store, { workers: 0 })
    const three = await verify(store, { workers: 2 })
    expect(one.found).toHaveLength(paths.length)
    expect(three.checked).toBe(one.checked)
    expect([...three.found].sort()).toEqual([...one.found].sort())
  })

  test('S-5.19 a link to an object that is not among the recorded references', async () => {
    const store = await openStore()
    const base = add(store, 'base')
    // No Tenon makes such an object: its name says that it refers to nothing.
    const tree = directory({ l: link(`../${base}`) })
    const { path, narHash, narSize } = store.addTree(name('x'), tree)
    const { makeStorePath } = await import('../../../src/core/store-path.ts')
    const { printInfo } = await import('../../../src/store/records.ts')
    const wrong = makeStorePath(name('x'), narHash, [])
    store.host.setMode(store.locate(path), 0o755)
    store.host.rename(store.locate(path), store.locate(wrong))
    store.host.setMode(store.locate(wrong), 0o555)
    writeFileSync(
      store.layout.infoOf(wrong),
      printInfo({ path: wrong, narHash, narSize, references: [], listing: null }),
    )
    expect((await verify(store)).found).toEqual([['unrecorded-reference', wrong]])
  })

  test('S-5.19 a missing reference is found at its referrer, structure before contents', async () => {
    const store = await openStore()
    const base = add(store, 'base')
    const top = add(store, 'top', base)
    store.host.setMode(`${store.locate(top)}/text`, 0o644)
    rmSync(store.locate(base), { recursive: true })
    writeFileSync(`${store.layout.objects}/stray`, '')
    expect(await verify(store)).toEqual({
      checked: 1,
      found: [
        ['missing-reference', top],
        ['unknown-entry', 'stray'],
        ['not-sealed', top],
      ],
    })
  })

  test('S-5.19 a realisation that leads to nothing, or cannot be read', async () => {
    const store = await openStore()
    const path = add(store, 'a')
    store.register({ derivation: id, output: path })
    rmSync(store.locate(path), { recursive: true })
    writeFileSync(`${store.layout.realisations}/${'c'.repeat(64)}.json`, '{')
    expect((await verify(store)).found).toEqual([
      ['no-output', `realisations/${id}.json`],
      ['no-output', `realisations/${'c'.repeat(64)}.json`],
    ])
  })

  test('S-5.19 what a process left unfinished an hour ago is named; what is younger may be in use', async () => {
    const store = await openStore()
    mkdirSync(`${store.layout.temporary}/.tenon-0011`)
    writeFileSync(`${store.layout.info}/${'0'.repeat(32)}-x.json`, '')
    utimesSync(`${store.layout.temporary}/.tenon-0011`, 1, 1)
    expect((await verify(store)).found).toEqual([])
    class LaterHost extends NodeHost {
      override now(): number {
        return super.now() + 3_700_000
      }
    }
    const later = await openStore({ root: store.root, host: new LaterHost() })
    const found: unknown[] = []
    for await (const item of verifyStore(later)) if ('defect' in item) found.push(item.defect)
    expect(found).toMatchObject([
      { kind: 'leftover', storePath: 'tmp/.tenon-0011' },
      { kind: 'leftover', storePath: `info/${'0'.repeat(32)}-x.json` },
    ])
  })

  test('only the objects that were named', async () => {
    const store = await openStore()
    const [one, two] = [add(store, 'one'), add(store, 'two')]
    for (const path of [one, two]) store.host.setMode(`${store.locate(path)}/text`, 0o644)
    expect(await verify(store, { only: [two] })).toEqual({ checked: 1, found: [['not-sealed', two]] })
  })

  test('stops when it is cancelled, in this thread and in workers, also when nobody listens any more', async () => {
    const store = await openStore()
    for (let index = 0; index < 50; index++) add(store, `object ${index}`)
    await expect(verifyStore(store, AbortSignal.abort()).next()).rejects.toMatchObject({ code: 'E_CANCELLED' })
    for (const workers of [0, 1]) {
      const controller = new AbortController()
      const items = verifyStore(store, controller.signal, { workers })
      await items.next()
      controller.abort()
      const rest = (async () => {
        for await (const item of items) void item
      })()
      await expect(rest).rejects.toMatchObject({ code: 'E_CANCELLED' })
      for await (const item of verifyStore(store, undefined, { workers })) if ('checked' in item) break
    }
  })
})
