// One lock, realised in worlds that differ in everything that must not matter: each gives the same objects, byte for byte.

import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { HttpClient } from '../../src/host/http.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { switchEnvironment } from '../../src/ops/switch.ts'
import { createSources } from '../../src/sources/index.ts'
import { removeTree } from '../../src/store/tree.ts'
import { contextOf } from '../support/ops-world.ts'
import { ShuffledHost } from '../support/shuffled-host.ts'
import { builtProgram, makeWorld, type World } from '../support/world.ts'

const NOBODY = 65534
/** So many that archives are unpacked on workers, where there are processors for them. */
const PACKAGES = 30

interface Place {
  readonly title: string
  /** The directory that holds the workspace, given a new empty one. */
  readonly inside?: (parent: string) => string
  readonly parent?: string
  readonly umask?: string
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  /** Words before the command. */
  readonly wrap?: readonly string[]
  readonly cache?: 'warm'
  readonly order?: 'reversed'
  /** In this process, with this clock and directories in this order. */
  readonly host?: () => NodeHost
}

const PLACES: readonly Place[] = [
  { title: 'a cold cache' },
  {
    title: 'a long path with spaces, quotes and other letters; umask 077, Turkish, Kathmandu',
    inside: (parent) => join(parent, `it's a "place" of 日本 ${'x'.repeat(120)}`, 'deeper', 'a b'),
    umask: '077',
    env: { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', TZ: 'Asia/Kathmandu' },
  },
  { title: 'umask 000, no locale, Apia', umask: '000', env: { LC_ALL: 'C', TZ: 'Pacific/Apia' } },
  { title: 'another file system', parent: '/dev/shm' },
  { title: 'another user', uid: NOBODY },
  { title: 'one processor', wrap: ['taskset', '-c', '0'] },
  { title: 'a warm cache and no network', cache: 'warm' },
  { title: 'files that came about in the other order, and at another time', order: 'reversed' },
  { title: 'directories in any order, at the beginning of time', host: () => new ShuffledHost(1, () => 0) },
  { title: 'directories in another order, a clock that runs backwards', host: () => new ShuffledHost(77, backwards()) },
]

function backwards(): () => number {
  let time = Date.UTC(2100, 0)
  return () => {
    time -= 3_600_000
    return time
  }
}

function whyNot(place: Place): string | null {
  if (place.uid !== undefined) {
    if (process.getuid?.() !== 0) return 'only root can become another user'
    const { status } = spawnSync('test', ['-r', builtProgram()], { uid: place.uid, gid: place.uid })
    if (status !== 0) return 'another user cannot read the program here'
  }
  if (place.parent !== undefined && !existsSync(place.parent)) return `there is no ${place.parent}`
  const [program] = place.wrap ?? []
  if (program !== undefined && spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) return `no ${program}`
  return null
}

test('S-6.6 one lock gives the same objects in ten worlds that differ in everything else', async ({
  skip,
  annotate,
}) => {
  const world = await makeWorld()
  publish(world)
  const results = new Map<string, { readonly narHash: string; readonly objects: readonly string[] }>()
  let skipped = 0
  for (const place of PLACES) {
    const reason = whyNot(place)
    if (reason === null) results.set(place.title, await realiseIn(place, world))
    else {
      skipped++
      await annotate(`${place.title}: not tried, ${reason}`)
    }
  }
  if (results.size < 2) skip('nothing to compare with')
  const [first] = results.values()
  expect(first?.objects.length).toBeGreaterThan(PACKAGES)
  for (const [title, found] of results) expect(found, title).toEqual(first)
  expect(results.size + skipped).toBe(PLACES.length)
})

function publish(world: World): void {
  const dependencies: Record<string, string> = {}
  for (let i = 0; i < PACKAGES; i++) {
    const name = `part-${i}`
    // Every third needs the one before, so that objects refer to each other.
    const needs = i % 3 === 2 ? { [`part-${i - 1}`]: '1.0.0' } : {}
    const files = { 'index.js': `module.exports = ${i}\n`, 'Ä/ß.txt': 'x\n', [`lib/${i}.js`]: `${i}\n`.repeat(200) }
    world.registry.publish(`${name}@1.0.0`, needs, { files })
    dependencies[name] = '1.0.0'
  }
  const manifest = { bin: { all: 'cli.js', İ: 'cli.js' } }
  const files = { 'cli.js': '#!/usr/bin/env node\r\nconsole.log(1)\n' }
  world.registry.publish('all@1.0.0', dependencies, { manifest, files })
  world.environment(
    'default',
    ['npm:all', 'npm:part-5', 'path: ../tools/many'],
    'variables:\n  TEXT: "ı and \\n more"\nlinks:\n  shown: share\n',
  )
}

/** A directory as a package: names whose order differs from locale to locale, executable bits, links. */
function writeTools(workspace: string, order: Place['order']): void {
  const names = ['a', 'B', 'ä', 'z', 'Z', 'i', 'I', 'ı', '10', '9', '_', '-x', '😀', '\uffee']
  const files = names.flatMap((name) => [`share/many/${name}`, `share/many/${name}${name}/deep`])
  for (const file of order === 'reversed' ? files.toReversed() : files) {
    const path = join(workspace, 'tools', 'many', file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${file}\n`)
    if (file.endsWith('z')) chmodSync(path, 0o755)
    if (order === 'reversed') utimesSync(path, 2e9, 2e9)
  }
}

async function realiseIn(place: Place, world: World): Promise<{ narHash: string; objects: readonly string[] }> {
  const parent = realpathSync(mkdtempSync(join(place.parent ?? tmpdir(), 'tenon-same-')))
  onTestFinished(() => void removeTree(new NodeHost(), parent))
  const workspace = place.inside?.(parent) ?? join(parent, 'workspace')
  for (const name of ['environments', 'store', 'home']) mkdirSync(join(workspace, name), { recursive: true })
  writeTools(workspace, place.order)
  const lock = join('environments', 'default.lock.json')
  cpSync(world.path('environments', 'default.yaml'), join(workspace, 'environments', 'default.yaml'))
  if (world.has(lock)) cpSync(world.path(lock), join(workspace, lock))
  if (place.cache === 'warm') cpSync(world.path('cache'), join(workspace, 'store', 'cache'), { recursive: true })
  if (place.uid !== undefined) giveTo(place.uid, parent)

  const narHash =
    place.host === undefined ? await byProgram(place, world, workspace) : await here(place.host(), world, workspace)
  // The first world makes the lock and the cache that the others get.
  if (!world.has(lock)) {
    cpSync(join(workspace, lock), world.path(lock))
    cpSync(join(workspace, 'store', 'cache'), world.path('cache'), { recursive: true })
  }
  return { narHash, objects: readdirSync(join(workspace, 'store', 'objects')).sort() }
}

function giveTo(uid: number, directory: string): void {
  chownSync(directory, uid, uid)
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) giveTo(uid, path)
    else chownSync(path, uid, uid)
  }
}

function byProgram(place: Place, world: World, workspace: string): Promise<string> {
  const frozen = world.has('environments/default.lock.json') ? ['--frozen'] : []
  const offline = place.cache === 'warm' ? ['--offline'] : []
  const script = `umask ${place.umask ?? '022'}; exec "$@"`
  const command = [...(place.wrap ?? []), builtProgram(), 'switch', '--json', ...frozen, ...offline]
  const user = place.uid === undefined ? {} : { uid: place.uid, gid: place.uid }
  const env = world.variables({ HOME: join(workspace, 'home'), ...place.env })
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', script, 'sh', ...command], { cwd: workspace, env, ...user })
    let out = ''
    let talk = ''
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      out += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      talk += chunk
    })
    child.on('error', reject)
    child.on('close', (status) => {
      if (status === 0) resolve(JSON.parse(out).generation.narHash)
      else reject(new Error(`${place.title} ended with ${status}:\n${talk}`))
    })
  })
}

async function here(host: NodeHost, world: World, workspace: string): Promise<string> {
  const storeRoot = join(workspace, 'store')
  const sources = createSources({
    host,
    env: world.variables(),
    path: '/nonexistent',
    execPath: '/nonexistent/bin/node',
    cache: join(storeRoot, 'cache', 'npm'),
    temporary: join(storeRoot, 'tmp'),
    http: new HttpClient(host),
    registryCache: join(storeRoot, 'cache', 'registry'),
    gitCache: join(storeRoot, 'cache', 'git'),
  })
  const { generation } = await switchEnvironment(
    contextOf(world, {
      host,
      workspace: { root: workspace },
      storeRoot,
      frozen: true,
      http: new HttpClient(host, { offline: false }),
      sources: () => Promise.resolve(sources),
    }),
    'default',
  )
  return generation.narHash
}
