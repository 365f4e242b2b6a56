import { type ChildProcess, spawn } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { StorePath } from '../../../src/core/store-path.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { collectGarbage, prepareCollection } from '../../../src/store/gc.ts'
import { addOutsideRoot, outsideRoots, removeOutsideRoot } from '../../../src/store/roots.ts'
import { runningRoots } from '../../../src/store/running.ts'
import { Store } from '../../../src/store/store.ts'
import { directory, file, link, name, openStore, temporaryDirectory } from '../../support/store.ts'

const host = new NodeHost()

function add(store: Store, text: string, ...to: readonly StorePath[]): StorePath {
  const links = Object.fromEntries(to.map((path, index) => [`to${index}`, link(`../${path}`)]))
  return store.addTree(name(text), directory({ ...links, text: file(text) })).path
}

async function collect(store: Store): Promise<readonly StorePath[]> {
  store.close()
  const exclusive = await Store.open(store.root, host, { mode: 'exclusive', timeoutMs: 0 })
  try {
    return (await collectGarbage(exclusive, { dryRun: false })).deleted
  } finally {
    exclusive.close()
  }
}

describe('links outside', () => {
  test('S-5.24 keep what they lead to, with its closure, for as long as they are there', async () => {
    const store = await openStore()
    const base = add(store, 'base')
    const top = add(store, 'top', base)
    const other = add(store, 'other')
    const result = `${temporaryDirectory()}/result`
    symlinkSync(store.locate(top), result)
    expect(addOutsideRoot(store, result)).toBe(top)
    expect(addOutsideRoot(store, result)).toBe(top)
    expect(outsideRoots(host, store.layout)).toEqual([{ link: result, object: top }])
    expect(await collect(store)).toEqual([other])
    rmSync(result)
    expect(outsideRoots(host, store.layout)).toEqual([{ link: result, object: null }])
    expect((await collect(store)).toSorted()).toEqual([base, top].toSorted())
    expect(readdirSync(store.layout.roots)).toEqual([])
  })

  test('S-5.24 follow their link to another object, and through other links', async () => {
    const store = await openStore()
    const [one, two] = [add(store, 'one'), add(store, 'two')]
    const place = temporaryDirectory()
    symlinkSync(store.locate(one), `${place}/first`)
    symlinkSync('first/text', `${place}/second`)
    addOutsideRoot(store, `${place}/second`)
    rmSync(`${place}/first`)
    symlinkSync(store.locate(two), `${place}/first`)
    expect(await collect(store)).toEqual([one])
  })

  test('S-5.24 a file in the place of a link keeps nothing, and neither does a link that was moved away', async () => {
    for (const change of [
      (path: string) => renameSync(path, `${path}-moved`),
      (path: string) => {
        rmSync(path)
        writeFileSync(path, '')
      },
    ]) {
      const store = await openStore()
      const one = add(store, 'one')
      const result = `${temporaryDirectory()}/result`
      symlinkSync(store.locate(one), result)
      addOutsideRoot(store, result)
      change(result)
      expect(await collect(store)).toEqual([one])
    }
  })

  test('S-5.24 one that is made by hand counts, and one that is removed counts no more; the link stays', async () => {
    const store = await openStore()
    const one = add(store, 'one')
    mkdirSync(store.layout.roots)
    symlinkSync(`../objects/${one}`, `${store.layout.roots}/mine`)
    expect(await collect(store)).toEqual([])
    rmSync(`${store.layout.roots}/mine`)
    const result = `${temporaryDirectory()}/result`
    symlinkSync(store.locate(one), result)
    const again = await openStore({ root: store.root })
    addOutsideRoot(again, result)
    expect(removeOutsideRoot(host, again.layout, result)).toBe(true)
    expect(removeOutsideRoot(host, again.layout, result)).toBe(false)
    expect(await collect(again)).toEqual([one])
    expect(host.readLink(result)).toBe(store.locate(one))
  })

  test('S-5.24 what leads to no valid object here is refused', async () => {
    const [store, elsewhere] = [await openStore(), await openStore()]
    const one = add(store, 'one')
    const place = temporaryDirectory()
    symlinkSync(elsewhere.locate(add(elsewhere, 'two')), `${place}/elsewhere`)
    symlinkSync(place, `${place}/nowhere`)
    writeFileSync(`${place}/file`, '')
    symlinkSync(store.locate(one), `${place}/damaged`)
    host.unlink(store.layout.infoOf(one))
    const damaged = await openStore({ root: store.root })
    for (const link of ['elsewhere', 'nowhere', 'file', 'missing', 'damaged'])
      expect(() => addOutsideRoot(damaged, `${place}/${link}`), link).toThrow(
        expect.objectContaining({ code: 'E_STORE_INVALID_PATH' }),
      )
    expect(existsSync(store.layout.roots)).toBe(false)
  })
})

describe('running programs', () => {
  /** Until it has become the program that it is to be. */
  async function start(
    argv: readonly [string, ...string[]],
    options: { cwd?: string; env?: NodeJS.ProcessEnv; stdio?: [number, 'ignore', 'ignore'] },
  ) {
    const child = spawn(argv[0], argv.slice(1), { stdio: 'ignore', ...options })
    onTestFinished(() => void child.kill('SIGKILL'))
    while (!isSleeping(child)) await host.sleep(5)
    return child
  }
  function isSleeping(child: ChildProcess): boolean {
    return host.readFile(`/proc/${child.pid}/cmdline`)?.toString().includes('600') === true
  }
  const SLEEP = ['/bin/sleep', '600'] as const

  test('S-5.25 keep what they execute, are in, have open, and name in variables and arguments', async () => {
    const store = await openStore()
    const paths = ['exe', 'cwd', 'fd', 'variable', 'argument'].map((text) => add(store, text))
    const [, cwd, fd, variable, argument] = paths as [StorePath, StorePath, StorePath, StorePath, StorePath]
    const program = await store.add(name('program'), async (staging) =>
      copyFileSync(realpathSync('/bin/sleep'), staging),
    )
    store.host.setMode(store.locate(program.path), 0o555)
    const open = openSync(`${store.locate(fd)}/text`, 'r')
    const children = [
      await start([store.locate(program.path), '600'], {}),
      await start(SLEEP, { cwd: store.locate(cwd) }),
      await start(SLEEP, { stdio: [open, 'ignore', 'ignore'] }),
      await start(SLEEP, { env: { P: `/x:${store.locate(variable)}/bin:/y` } }),
      await start([process.execPath, '-e', 'setTimeout(() => {}, 600_000)', store.locate(argument)], {}),
    ]
    closeSync(open)
    const found = runningRoots(host)
    for (const [index, path] of [program.path, cwd, fd, variable, argument].entries())
      expect(found).toContainEqual({ place: `process ${children[index]?.pid}`, object: path })
    expect(await collect(store)).toEqual([paths[0]])
    for (const child of children) {
      child.kill('SIGKILL')
      await new Promise((resolve) => child.once('exit', resolve))
    }
    expect(await collect(await openStore({ root: store.root }))).toHaveLength(5)
  })

  test('S-5.25 what a program names without its being valid stops no collection, and stays', async () => {
    const store = await openStore()
    const [one, two] = [add(store, 'one'), add(store, 'two')]
    host.unlink(store.layout.infoOf(one))
    await start(SLEEP, { env: { A: store.locate(one), B: `${store.layout.objects}/${'0'.repeat(32)}-gone` } })
    expect(await collect(store)).toEqual([two])
  })

  test('a system that shows no processes, or hides them, names none', () => {
    class SecretiveHost extends NodeHost {
      override readLink(): string | null {
        throw Object.assign(new Error('no'), { code: 'EACCES' })
      }
      override readFile(): Buffer | null {
        throw Object.assign(new Error('no'), { code: 'EPERM' })
      }
    }
    expect(runningRoots(new SecretiveHost())).toEqual([])
    expect(runningRoots(host, '/nonexistent')).toEqual([])
  })
})

describe('beside others', () => {
  test('S-5.26 others wait only until what is dead is out of the store', async () => {
    const store = await openStore()
    add(store, 'one')
    store.close()
    const open = async () => (await openStore({ root: store.root, timeoutMs: 0 })).close()
    let alone: unknown = 'never asked'
    let removing: Promise<unknown> = Promise.resolve('never asked')
    class PausingHost extends NodeHost {
      override async pause(): Promise<void> {
        alone = await open().catch((error: unknown) => error)
      }
    }
    const exclusive = await Store.open(store.root, new PausingHost(), { mode: 'exclusive' })
    const onRemoved = () => {
      removing = open()
    }
    await collectGarbage(exclusive, { dryRun: false, onRemoved })
    expect(alone).toMatchObject({ code: 'E_STORE_BUSY' })
    expect(await removing).toBeUndefined()
  })

  test('S-5.15 what is added after a collection was prepared is looked at as well', async () => {
    const store = await openStore()
    const old = add(store, 'old')
    const prepared = prepareCollection(store)
    const kept = add(store, 'kept', old)
    const dead = add(store, 'dead')
    mkdirSync(`${store.layout.profiles}/w/e`, { recursive: true })
    symlinkSync(`../../../objects/${kept}`, `${store.layout.profiles}/w/e/1`)
    store.close()
    const exclusive = await openStore({ root: store.root, mode: 'exclusive' })
    expect(await collectGarbage(exclusive, { dryRun: false, prepared })).toMatchObject({ deleted: [dead], kept: 2 })
  })

  test('S-5.16 workers remove what this thread removes, and a file that they share counts once', async () => {
    const store = await openStore()
    const big = file(Buffer.alloc(1 << 16, 'x'))
    const first = store.addTree(name('first'), directory({ f: big }))
    const twin = `${store.locate(first.path)}/f`
    for (let index = 0; index < 500; index++)
      store.addTree(name(`object-${index}`), directory({ f: { ...big, twin }, g: file(String(index)) }))
    const planned = await collectGarbage(store, { dryRun: true })
    store.close()
    const exclusive = await openStore({ root: store.root, mode: 'exclusive' })
    let removed = 0
    const onRemoved = (done: number) => {
      removed = done
    }
    const report = await collectGarbage(exclusive, { dryRun: false, onRemoved })
    expect(report).toEqual(planned)
    expect(report.deleted).toHaveLength(501)
    expect(removed).toBe(501)
    expect(readdirSync(store.layout.temporary)).toEqual([])
    expect(readdirSync(store.layout.info)).toEqual([])
  })
})
