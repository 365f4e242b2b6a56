// Stores where they can be: copied elsewhere, on a disk that fills at any moment or has no room for names, used by several users.

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NodeHost } from '../../src/host/node-host.ts'
import { removeTree } from '../../src/store/tree.ts'
import { builtProgram, makeWorld, type Run, type World } from '../support/world.ts'

const TOOLS = ['one', 'two', 'three'] as const

/** Two generations of local directories; the second is current and has one command more. */
async function toolWorld(options: { readonly store?: 'local' | 'shared' } = {}): Promise<World> {
  const world = await makeWorld(options)
  writeTools(world.workspace)
  world.environment('default', ['path: ../tools/one'], 'links:\n  shown: share\n')
  await world.ok('switch')
  await world.ok('add', 'path:tools/two')
  return world
}

function writeTools(workspace: string): void {
  const script = TOOLS.map(
    (tool) =>
      `mkdir -p tools/${tool}/bin tools/${tool}/share; printf '#!/bin/sh\\necho ${tool}\\n' >tools/${tool}/bin/${tool}; chmod 755 tools/${tool}/bin/${tool}; echo ${tool} >tools/${tool}/share/${tool}`,
  )
  const { status, stderr } = spawnSync('sh', ['-euc', script.join('\n')], { cwd: workspace, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

const hasProgram = (name: string): boolean => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0

/** Each takes `$1` to `$2`, which is not there. */
const COPIES = {
  'cp -a': 'cp -a "$1" "$2"',
  'rsync -a': 'rsync -a "$1/" "$2"',
  tar: 'mkdir "$2" && tar -C "$1" -cf - . | tar -C "$2" -xf -',
  'cp -r of an ordinary user': 'umask 077; cp -r --no-preserve=all "$1" "$2"',
} as const

function copy(way: keyof typeof COPIES, from: string, to: string): void {
  const { status, stderr } = spawnSync('sh', ['-euc', COPIES[way], 'sh', from, to], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${way}: ${stderr}`)
}

describe('S-5.30 a store that was copied works at its new place', () => {
  for (const way of ['cp -a', 'rsync -a', 'tar'] as const) {
    test.skipIf(!hasProgram(way.split(' ')[0] ?? ''))(`with its workspace, by ${way}`, async () => {
      const world = await toolWorld()
      const elsewhere = join(world.root, 'moved', 'here')
      mkdirSync(join(world.root, 'moved'))
      copy(way, world.workspace, elsewhere)
      const there = (...args: readonly string[]): Promise<Run> => world.run(args, { cwd: elsewhere })
      expect(await there('run', '--', 'two')).toMatchObject({ status: 0, stdout: 'two\n' })
      // Both go on, each with its own history, and neither notices the other.
      expect(await there('add', 'path:tools/three')).toMatchObject({ status: 0 })
      expect(await there('run', '--', 'three')).toMatchObject({ status: 0, stdout: 'three\n' })
      expect(await world.json('generations')).toMatchObject([{ number: 1 }, { number: 2, current: true }])
      expect(await world.ok('run', '--', 'sh', '-c', 'command -v three || echo none')).toBe('none\n')
      expect(JSON.parse((await there('store', 'verify', '--json')).stdout)).toMatchObject({ defects: [] })
      // Nothing leads back to where it came from.
      removeTree(new NodeHost(), world.workspace)
      expect(await there('gc', '--keep', '1')).toMatchObject({ status: 0 })
      expect(await there('run', '--', 'three')).toMatchObject({ status: 0, stdout: 'three\n' })
      expect(await there('switch')).toMatchObject({ status: 0 })
      expect(JSON.parse((await there('store', 'verify', '--json')).stdout)).toMatchObject({ defects: [] })
    })
  }

  for (const way of ['cp -a', 'rsync -a', 'tar'] as const) {
    test.skipIf(!hasProgram(way.split(' ')[0] ?? ''))(
      `alone, by ${way}: its workspaces keep their generations`,
      async () => {
        const world = await toolWorld({ store: 'shared' })
        const old = join(world.root, 'home', '.local', 'share', 'tenon', 'store')
        const place = join(world.root, 'new')
        copy(way, old, place)
        renameSync(old, `${old}-gone`)
        const env = { TENON_STORE: place }
        const generations = await world.run(['generations', '--json'], { env })
        expect(JSON.parse(generations.stdout)).toMatchObject([{ number: 1 }, { number: 2, current: true }])
        expect(await world.run(['rollback'], { env })).toMatchObject({ status: 0 })
        expect(await world.run(['switch'], { env })).toMatchObject({ status: 0 })
        expect(await world.run(['run', '--', 'two'], { env })).toMatchObject({ status: 0, stdout: 'two\n' })
        expect(readlinkSync(world.path('.tenon/profiles/default'))).toContain(place)
        expect(await world.run(['gc'], { env })).toMatchObject({ status: 0 })
        const after = await world.run(['generations', '--json'], { env })
        expect(JSON.parse(after.stdout)).toMatchObject([{ number: 1 }, { number: 2, current: true }])
        const verify = await world.run(['store', 'verify', '--json'], { env })
        expect(JSON.parse(verify.stdout)).toMatchObject({ defects: [] })
      },
    )
  }

  test('what a copy lost that was made while the store was used is named, and made again or given up', async () => {
    const world = await toolWorld()
    await world.ok('add', 'path:tools/three')
    const elsewhere = join(world.root, 'copy')
    copy('cp -a', world.workspace, elsewhere)
    const there = (...args: readonly string[]): Promise<Run> => world.run(args, { cwd: elsewhere })
    const store = join(elsewhere, 'store')
    const objects = readdirSync(join(store, 'objects'))
    const [profile = ''] = readdirSync(join(store, 'profiles'))
    const treeOf = (number: number) =>
      readlinkSync(join(store, 'profiles', profile, 'default', `${number}`)).replace(/.*\//, '')
    const of = (end: string) => objects.find((name) => name.endsWith(end)) ?? ''
    // Read before it was written, or after it was collected: a record, an object, a tree, the record of a generation.
    for (const lost of [`info/${of('-one')}.json`, `objects/${of('-two')}`, `objects/${treeOf(1)}`])
      removeTree(new NodeHost(), join(store, lost))
    removeTree(new NodeHost(), join(store, 'profiles', profile, 'default', '2.json'))
    const kinds = async () => {
      const { defects } = JSON.parse((await there('store', 'verify', '--json')).stdout)
      return new Set(defects.map(({ kind }: { kind: string }) => kind))
    }
    expect(await kinds()).toEqual(new Set(['no-info', 'missing-reference', 'no-output', 'generation']))
    expect((await there('gc', '--json')).stderr).toContain('E_STORE_CORRUPT')
    for (const workspace of [world.workspace, elsewhere])
      writeFileSync(join(workspace, 'tools', 'two', 'share', 'two'), 'another')
    const left = await there('store', 'repair')
    expect(left.status).toBe(74)
    expect(left.stdout).toMatch(/-one: .*record/)
    expect(left.stdout).toMatch(/-environment: made again/)
    expect(left.stdout).toMatch(/-two: could not be repaired: .*\n {2}hurts generations 2, 3 of default/)
    expect(left.stdout).toContain('`tenon forget 2 3 --env default`')
    // The file still wants what there is now, and the generations that cannot be had any more are given up.
    expect(await there('switch')).toMatchObject({ status: 0 })
    expect(await there('forget', '2', '3')).toMatchObject({ status: 0 })
    expect(await there('gc')).toMatchObject({ status: 0 })
    expect(await kinds()).toEqual(new Set())
  })

  test('a copy that lost modes is noticed, not used as if it were sealed', async () => {
    const world = await toolWorld()
    const elsewhere = join(world.root, 'copy')
    copy('cp -r of an ordinary user', world.workspace, elsewhere)
    const verify = await world.run(['store', 'verify', '--json'], { cwd: elsewhere })
    const { defects } = JSON.parse(verify.stdout)
    expect(new Set(defects.map((defect: { kind: string }) => defect.kind))).toContain('not-sealed')
  })
})

/** With mounts of its own, which end with it. */
const NAMESPACE = ['unshare', '--mount', '--map-root-user', '--propagation', 'private'] as const
const canMount = spawnSync(NAMESPACE[0], [...NAMESPACE.slice(1), 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0

/** Prints a line for each try: what was left, what `add` said, whether file, lock and `current` are old or new, what runs, what the same says then. */
const FILLING = `
  say() { printf 'tenon: 1\\npackages:\\n  - path: ../tools/%s\\n' "$@" >environments/default.yaml; }
  parts='environments/default.yaml environments/default.lock.json .tenon/profiles/default/current/etc/tenon/packages.json'
  state() { cksum $parts | cut -d' ' -f1 | paste -sd' ' -; }
  say one; "$TENON" switch --quiet >/dev/null
  for left in $LEFT; do
    old=$(state)
    $FILL "$left"
    status=0; "$TENON" add path:tools/two --quiet >/dev/null 2>>../errors || status=$?
    now=$(state); $UNFILL
    "$TENON" run -- one >/dev/null
    "$TENON" add path:tools/two --quiet >/dev/null
    case $now in "$old") now=old ;; "$(state)") now=new ;; *) now="$old / $now / $(state)" ;; esac
    echo "$status $now $("$TENON" run -- two) $(ls -A environments | grep -cv '^default')"
    "$TENON" remove path:tools/two --quiet >/dev/null
    "$TENON" gc --keep 1 --quiet >/dev/null
  done
  "$TENON" store verify --quiet >/dev/null`

describe('S-7.32 a disk that fills, or a quota that is used up, at any moment', () => {
  const cases = [
    {
      what: 'blocks',
      mount: 'size=3m',
      left: '0 1 2 3 4 5 6 8 10 12 16 20 30 60',
      fill: 'fill() { dd if=/dev/zero of=filler bs=4k 2>/dev/null || true; truncate -s -$(($1 * 4))k filler; }',
    },
    {
      what: 'names',
      mount: 'size=9m,nr_inodes=400',
      left: '0 1 2 3 4 6 8 12 16 24 40',
      fill: `fill() { mkdir filler; sh -c 'while :; do : >filler/$((i += 1)); done' 2>/dev/null || true; (cd filler; ls | head -n "$1" | xargs -r rm); }`,
    },
  ] as const
  for (const { what, mount, left, fill } of cases) {
    test.skipIf(!canMount)(`no more ${what}`, async () => {
      const world = await makeWorld()
      const script = `mkdir small; mount -t tmpfs -o ${mount} none small; cp -r tools small; mkdir small/environments small/store
        cd small; ${fill}; FILL=fill; UNFILL='rm -r filler'; LEFT='${left}'; ${FILLING}`
      writeTools(world.workspace)
      const run = spawnSync(NAMESPACE[0], [...NAMESPACE.slice(1), 'sh', '-euc', script], {
        cwd: world.workspace,
        env: world.variables({ TENON: builtProgram() }),
        encoding: 'utf8',
      })
      expect(run.stderr).toBe('')
      const lines = run.stdout.trim().split('\n')
      expect(lines).toHaveLength(left.split(' ').length)
      expect(lines.filter((line) => !/^(74 (old|new)|0 new) two 0$/.test(line))).toEqual([])
      // It failed at least once, and succeeded in the end.
      expect(lines[0]).toMatch(/^74 old/)
      expect(lines.at(-1)).toMatch(/^0 new/)
      const errors = world.read('errors').trim().split('\n')
      for (const line of errors.filter((text) => text.startsWith('error'))) expect(line).toMatch(/^error E_STORE_IO: /)
    })
  }
})

describe.runIf(process.getuid?.() === 0)('S-5.31 a store belongs to the user who made it', () => {
  const OWNER = 65_534
  const OTHER = 65_533

  function as(uid: number, world: World, workspace: string, umask: string, args: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', `umask ${umask}; exec "$@"`, 'sh', builtProgram(), ...args],
      {
        cwd: join(world.root, workspace),
        env: world.variables({
          TENON_STORE: join(world.root, 'shared', 'store'),
          HOME: join(world.root, `home-${uid}`),
        }),
        encoding: 'utf8',
        uid,
        gid: uid,
      },
    )
    return { status, stdout, stderr }
  }

  /** A workspace for each, and a place for the store that its owner can write. */
  async function sharedWorld(): Promise<World> {
    const world = await makeWorld()
    chmodSync(world.root, 0o755)
    for (const [uid, name] of [
      [OWNER, 'mine'],
      [OTHER, 'theirs'],
      [0, 'of-root'],
    ] as const) {
      const workspace = join(world.root, name)
      mkdirSync(join(workspace, 'environments'), { recursive: true })
      writeTools(workspace)
      const file = join(workspace, 'environments', 'default.yaml')
      writeFileSync(file, 'tenon: 1\npackages:\n  - path: ../tools/one\n')
      mkdirSync(join(world.root, `home-${uid}`))
      for (const path of [workspace, join(world.root, `home-${uid}`)]) spawnSync('chown', ['-R', `${uid}:${uid}`, path])
    }
    mkdirSync(join(world.root, 'shared'))
    chownSync(join(world.root, 'shared'), OWNER, OWNER)
    return world
  }

  function* everything(path: string): Generator<string> {
    yield path
    if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) yield* everything(join(path, name))
  }

  test('whatever the umask, others can read all of it and write nothing', async () => {
    const shared = await sharedWorld()
    expect(as(OWNER, shared, 'mine', '077', ['switch'])).toMatchObject({ status: 0 })
    const store = join(shared.root, 'shared', 'store')
    for (const path of everything(store)) {
      const { mode } = lstatSync(path)
      if (lstatSync(path).isSymbolicLink()) continue
      expect(mode & 0o022, path).toBe(0)
      expect(mode & 0o044, path).toBe(0o044)
    }
    expect(as(OTHER, shared, 'theirs', '000', ['store', 'verify', '--json'])).toMatchObject({ status: 0 })
    const failed = as(OTHER, shared, 'theirs', '000', ['switch', '--json'])
    expect(failed.status).toBe(74)
    expect(JSON.parse(failed.stderr).error).toMatchObject({ code: 'E_STORE_IO' })
    expect(as(OWNER, shared, 'mine', '000', ['add', 'path:tools/two'])).toMatchObject({ status: 0 })
    expect(as(OWNER, shared, 'mine', '077', ['run', '--', 'two'])).toMatchObject({ status: 0, stdout: 'two\n' })
  })

  test('root may use it too, and the owner goes on', async () => {
    const shared = await sharedWorld()
    expect(as(OWNER, shared, 'mine', '022', ['switch'])).toMatchObject({ status: 0 })
    expect(as(0, shared, 'of-root', '000', ['add', 'path:tools/two'])).toMatchObject({ status: 0 })
    expect(as(OWNER, shared, 'mine', '077', ['add', 'path:tools/three'])).toMatchObject({ status: 0 })
    expect(as(OWNER, shared, 'mine', '077', ['rollback'])).toMatchObject({ status: 0 })
    // The first to take a lease makes its file.
    for (const [user, workspace] of [
      [0, 'of-root'],
      [OWNER, 'mine'],
    ] as const)
      expect(as(user, shared, workspace, '077', ['store', 'repair'])).toMatchObject({ status: 0 })
    const verify = as(OWNER, shared, 'mine', '077', ['store', 'verify', '--json'])
    expect(JSON.parse(verify.stdout)).toMatchObject({ defects: [] })
    // What root made only root can take away; nothing else is lost over it.
    removeTree(new NodeHost(), join(shared.root, 'of-root'))
    const failed = as(OWNER, shared, 'mine', '022', ['gc', '--keep', '1', '--json'])
    expect(failed.status).toBe(74)
    expect(JSON.parse(failed.stderr).error).toMatchObject({ code: 'E_STORE_IO' })
    expect(as(OWNER, shared, 'mine', '022', ['run', '--', 'one'])).toMatchObject({ status: 0, stdout: 'one\n' })
    expect(as(OWNER, shared, 'mine', '022', ['switch'])).toMatchObject({ status: 0 })
    expect(as(0, shared, 'mine', '022', ['gc'])).toMatchObject({ status: 0 })
    expect(JSON.parse(as(OWNER, shared, 'mine', '022', ['store', 'verify', '--json']).stdout)).toMatchObject({
      defects: [],
    })
    expect(as(OWNER, shared, 'mine', '022', ['gc'])).toMatchObject({ status: 0 })
  })
})
