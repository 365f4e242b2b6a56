// A process of its own that uses a store, for the tests of races, kills and ordinary users. It first becomes user `uid` if that is
// given. Arguments: the store's root, what to do, how many times, a seed, the uid.
//
// `add`: adds trees, the same ones in the same order for the same seed. `collect`: collects garbage. `read`: only reads. `all`: one of everything.
// Prints one line of JSON per step.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { isToolError } from '../../src/core/errors.ts'
import { toStoreName } from '../../src/core/store-path.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { collectGarbage } from '../../src/store/gc.ts'
import { Store } from '../../src/store/store.ts'
import { verifyStore } from '../../src/store/verify.ts'
import { directory, file, link } from './trees.ts'

const [root = '', verb = '', times = '1', seed = '0', uid = ''] = process.argv.slice(2)
if (uid !== '') {
  process.setgid?.(Number(uid))
  process.setuid?.(Number(uid))
}
const host = new NodeHost()
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`)

try {
  for (let i = 0; i < Number(times); i++) {
    if (verb === 'add') await add(i)
    else if (verb === 'collect') await collect()
    else if (verb === 'read') await read()
    else await all()
  }
} catch (error) {
  say(isToolError(error) ? { error: error.code, message: error.message } : { error: String(error) })
  process.exitCode = 1
}

async function add(i: number): Promise<void> {
  const store = await Store.open(root, host, { mode: 'shared', timeoutMs: 600_000 })
  const base = store.addTree(toStoreName('base'), directory({ text: file(`base ${i % 3}`) }))
  const deep = directory({
    a: directory({ b: directory({ to: link(`../../../${base.path}`), f: file(`${seed} ${i}`, true) }) }),
  })
  const tree = store.addTree(toStoreName('tree'), deep)
  const disk = await store.add(toStoreName('disk'), async (staging) => {
    mkdirSync(staging)
    writeFileSync(`${staging}/f`, `${seed} ${i}`)
  })
  say([base.path, tree.path, disk.path].map((path) => store.isValid(path)))
  store.close()
}

async function read(): Promise<void> {
  const store = await Store.open(root, host, { mode: 'read' })
  say(store.closure(store.list()).length)
  store.close()
}

async function collect(): Promise<void> {
  const store = await Store.open(root, host, { mode: 'exclusive', timeoutMs: 600_000 })
  const { deleted } = await collectGarbage(store, { dryRun: false })
  store.close()
  say(deleted.length)
}

async function all(): Promise<void> {
  const store = await Store.open(root, host, { mode: 'shared' })
  const base = store.addTree(toStoreName('base'), directory({ d: directory({ f: file('x', true) }) }))
  const existing = `${store.locate(base.path)}/d/f`
  const user = await store.add(toStoreName('user'), async (staging) => {
    mkdirSync(staging)
    writeFileSync(`${staging}/unreadable`, 'x', { mode: 0o200 })
    mkdirSync(`${staging}/d`, { mode: 0o500 })
    symlinkSync(`../${base.path}`, `${staging}/to`)
  })
  const linked = store.addTree(toStoreName('linked'), directory({ f: { ...file('x', true), twin: existing } }))
  const id = 'c'.repeat(64) as Parameters<Store['realisation']>[0]
  store.register({ derivation: id, output: user.path })
  symlinkSync(`../objects/${user.path}`, `${store.layout.profiles}/1`)
  const defects: unknown[] = []
  for await (const item of verifyStore(store)) if ('defect' in item) defects.push(item.defect)
  const modes = [base, user, linked].map(({ path }) => host.stat(store.locate(path))?.mode.toString(8))
  store.close()
  const exclusive = await Store.open(root, host, { mode: 'exclusive' })
  const { deleted } = await collectGarbage(exclusive, { dryRun: false })
  const junk = host.readDirectory(exclusive.layout.temporary).length
  say({ defects, modes, deleted: deleted.length, left: exclusive.list().length, junk })
  exclusive.close()
}
