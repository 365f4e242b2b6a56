// Real processes on one store: racing, killed with signal 9 at random moments, and run by an ordinary user.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, unlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { toStoreName } from '../../src/core/store-path.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { collectGarbage } from '../../src/store/gc.ts'
import { Store } from '../../src/store/store.ts'
import { verifyStore } from '../../src/store/verify.ts'
import { file, temporaryDirectory } from '../support/store.ts'

const USER = fileURLToPath(new URL('../support/store-user.ts', import.meta.url))
const NOBODY = 65534

function start(root: string, verb: string, times: number, seed: string): ChildProcess {
  const child = spawn(process.execPath, [USER, root, verb, String(times), seed], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function outputOf(child: ChildProcess): Promise<string> {
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += chunk
  })
  await once(child, 'close')
  return text
}

async function expectSound(root: string): Promise<Store> {
  const store = await Store.open(root, new NodeHost(), { mode: 'read' })
  for await (const item of verifyStore(store)) expect('defect' in item ? item.defect : null).toBeNull()
  const all = store.list()
  expect(new Set(store.closure(all))).toEqual(new Set(all))
  store.close()
  return store
}

test('S-5.4 processes that add the same trees at once all succeed, and each tree is there once', {
  timeout: 120_000,
}, async () => {
  const root = `${temporaryDirectory()}/store`
  const outputs = await Promise.all([1, 2, 3, 4].map(() => outputOf(start(root, 'add', 20, 'same'))))
  for (const output of outputs) expect(output).toBe('[true,true,true]\n'.repeat(20))
  expect((await expectSound(root)).list()).toHaveLength(3 + 20 + 20)
})

test('S-5.13 collecting while others add: no error, and never an object that is not sound', {
  timeout: 120_000,
}, async () => {
  const root = `${temporaryDirectory()}/store`
  const adding = ['a', 'b', 'same', 'same'].map((seed) => outputOf(start(root, 'add', 25, seed)))
  const collecting = outputOf(start(root, 'collect', 15, ''))
  for (const output of await Promise.all(adding)) expect(output).toBe('[true,true,true]\n'.repeat(25))
  expect(await collecting).toMatch(/^(\d+\n){15}$/)
  await expectSound(root)
})

describe('S-5.10 kill -9 at a random moment leaves a sound store that works', () => {
  for (const verb of ['add', 'collect'] as const) {
    test(verb, { timeout: 120_000 }, async () => {
      const root = `${temporaryDirectory()}/store`
      for (let round = 0; round < 8; round++) {
        if (verb === 'collect') await outputOf(start(root, 'add', 15, `${round}`))
        const child = start(root, verb, 100_000, `${round}`)
        if (child.stdout !== null) await once(child.stdout, 'data')
        await new NodeHost().sleep(Math.random() * 30)
        child.kill('SIGKILL')
        await once(child, 'exit')
        await expectSound(root)
      }
      const store = await Store.open(root, new NodeHost(), { mode: 'exclusive', timeoutMs: 0 })
      await collectGarbage(store, { dryRun: false })
      expect(store.list()).toEqual([])
      expect(store.host.readDirectory(store.layout.temporary)).toEqual([])
      expect(store.host.readDirectory(store.layout.info)).toEqual([])
      store.close()
    })
  }
})

describe.runIf(process.getuid?.() === 0)('an ordinary user', () => {
  function runAsNobody(root: string, verb: string): unknown {
    const { stdout, stderr } = spawnSync(process.execPath, [USER, root, verb, '1', '', String(NOBODY)], {
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    return JSON.parse(stdout)
  }

  test('S-5.3 can add, link, verify and collect', () => {
    const directory = temporaryDirectory()
    chmodSync(directory, 0o755)
    mkdirSync(`${directory}/home`)
    chownSync(`${directory}/home`, NOBODY, NOBODY)
    const expected = { defects: [], modes: ['555', '555', '555'], deleted: 1, left: 2, junk: 0 }
    expect(runAsNobody(`${directory}/home/store`, 'all')).toEqual(expected)
  })

  test('S-5.11 can read a store of which nothing can be written, with and without a lease file, and gets one clear error for more', async () => {
    const directory = temporaryDirectory()
    chmodSync(directory, 0o755)
    const root = `${directory}/store`
    const store = await Store.open(root, new NodeHost(), { mode: 'shared' })
    store.addTree(toStoreName('x'), file('x'))
    store.close()
    expect(runAsNobody(root, 'read')).toBe(1)
    expect(runAsNobody(root, 'add')).toMatchObject({ error: 'E_STORE_IO' })
    unlinkSync(`${root}/leases/store`)
    expect(runAsNobody(root, 'read')).toBe(1)
    expect(runAsNobody(root, 'collect')).toMatchObject({ error: 'E_STORE_IO' })
  })
})
