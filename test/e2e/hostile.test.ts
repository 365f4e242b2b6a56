// A hostile world: what is tampered with, deleted, full, read-only, silent or in a hurry. Each time there is one clear error with the exit
// code of the catalogue and a line that says what is current; the old generation stays current and runs.

import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packTarball } from '../support/npm-registry.ts'
import { builtProgram, makeWorld, type Run, type World } from '../support/world.ts'

const STILL = 'generation 1 of default is still current'

/** Generation 1 holds greet 1.0.0, which says so; version 2.0.0 is there to be switched to. */
async function makeOld(): Promise<World> {
  const world = await makeWorld()
  for (const version of ['1.0.0', '2.0.0']) {
    world.registry.publish(
      `greet@${version}`,
      { words: '^1.0.0' },
      {
        manifest: { bin: { greet: 'cli.js' } },
        files: { 'cli.js': `#!/usr/bin/env node\nconsole.log('${version}', require('words'))\n` },
      },
    )
  }
  world.registry.publish('words@1.0.0')
  world.registry.publish('big@1.0.0', {}, { files: { 'data.txt': noise(2_000_000) } })
  world.write('tools/hello/bin/hello', '#!/bin/sh\necho hello\n', 0o755)
  world.environment('default', ['npm:greet@1.0.0'])
  // A lock holds no address, so that of the first world is good for all of them, and takes no second to make.
  if (oldLock !== null) world.write('environments/default.lock.json', oldLock)
  await world.ok('switch')
  oldLock = world.read('environments/default.lock.json')
  return world
}

let oldLock: string | null = null

/** Text that does not compress. */
function noise(length: number): string {
  let state = 1
  let text = ''
  while (text.length < length) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    text += String.fromCharCode(33 + ((state >>> 16) % 90))
  }
  return text
}

/** Generation 1 is current, whole and runs. */
async function expectOld(world: World): Promise<void> {
  expect(await world.ok('run', '--', 'greet')).toBe('1.0.0 words@1.0.0\n')
  expect(await world.json('generations')).toMatchObject([{ number: 1, current: true }])
  expect(await world.json('store', 'verify')).toMatchObject({ defects: [] })
}

/** A program of this machine that runs while the registry answers. */
function runShell(world: World, argv: readonly [string, ...string[]]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), {
      cwd: world.workspace,
      env: world.variables({ TENON: builtProgram() }),
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
}

/** With mounts of its own, which end with it. */
const NAMESPACE = ['unshare', '--mount', '--map-root-user', '--propagation', 'private'] as const
const canMount = spawnSync(NAMESPACE[0], [...NAMESPACE.slice(1), 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0

function runMounted(world: World, script: string): Promise<Run> {
  return runShell(world, [...NAMESPACE, 'sh', '-euc', script])
}

describe('S-7.20 bytes that were tampered with are never used', () => {
  test('a tarball with other bytes', async () => {
    const world = await makeOld()
    world.environment('default', ['npm:greet@2.0.0'])
    await world.ok('lock')
    const evil = packTarball({ 'package.json': '{"name":"greet","version":"2.0.0"}', 'cli.js': 'evil' })
    world.registry.answer('/greet/-/greet-2.0.0.tgz', (_, response) => response.end(evil))
    expect(await world.fails('E_INTEGRITY', 'switch')).toMatchObject({
      status: 76,
      state: STILL,
      details: { wanted: expect.stringMatching(/^sha512-/), found: expect.stringMatching(/^sha512-/) },
    })
    await expectOld(world)
    world.registry.heal()
    expect(await world.json('switch')).toMatchObject({ generation: { number: 2 } })
    expect(await world.ok('run', '--', 'greet')).toBe('2.0.0 words@1.0.0\n')
  })

  test('a cached artifact that rotted', async () => {
    const world = await makeOld()
    for (const path of filesBelow(join(world.store, 'cache', 'artifacts'))) {
      chmodSync(path, 0o644)
      writeFileSync(path, 'rotten')
    }
    deleteObjects(world)
    expect(await world.fails('E_OFFLINE', 'switch', '--offline')).toMatchObject({ status: 69 })
    await world.ok('switch')
    await expectOld(world)
  })

  test('an object that was written to is found by verify and is not repaired silently', async () => {
    const world = await makeOld()
    const path = world.sh('find store/objects -name cli.js').stdout.trim()
    chmodSync(world.path(path), 0o644)
    writeFileSync(world.path(path), 'evil')
    const run = await world.run(['store', 'verify', '--json'])
    expect(run.status).toBe(74)
    expect(
      JSON.parse(run.stdout)
        .defects.map((item: { kind: string }) => item.kind)
        .toSorted(),
    ).toEqual(['changed', 'not-sealed'])
    expect(readFileSync(world.path(path), 'utf8')).toBe('evil')
  })
})

describe('S-7.21 a lock that was tampered with is refused, and does nothing', () => {
  const LOCK = 'environments/default.lock.json'

  test('damage of many kinds, each named by its place', async () => {
    const world = await makeOld()
    const good = world.read(LOCK)
    const [first] = JSON.parse(good).packages
    const cases: Readonly<Record<string, readonly [string, string]>> = {
      empty: ['E_LOCK_INVALID', ''],
      'cut off': ['E_LOCK_INVALID', good.slice(0, good.length / 2)],
      'not an object': ['E_LOCK_INVALID', '[]'],
      'no schema': ['E_LOCK_INVALID', good.replace('"schema": 1', '"schema": "1"')],
      'a newer schema': ['E_LOCK_TOO_NEW', good.replace('"schema": 1', '"schema": 99')],
      'an integrity that is none': ['E_LOCK_INVALID', good.replace(/"sha512-[^"]+"/, '"sha512-AAAA"')],
      'a weak integrity': ['E_LOCK_INVALID', good.replace(/"sha512-[^"]+"/, '"md5-rL0Y20zC+Fzt72VPzMSk2A=="')],
      'an id that nothing has': [
        'E_LOCK_INVALID',
        good.replaceAll(`"${first.id}"`, '"npm:nothing@1.0.0"').replace('"npm:nothing@1.0.0"', `"${first.id}"`),
      ],
      'a package twice': ['E_LOCK_INVALID', JSON.stringify({ ...JSON.parse(good), packages: [first, first] })],
      'only half of a merge conflict': ['E_LOCK_INVALID', `<<<<<<< ours\n${good}`],
    }
    for (const [title, [code, text]] of Object.entries(cases)) {
      world.write(LOCK, text)
      const error = await world.fails(code, 'switch')
      expect(error, title).toMatchObject({ status: 65, state: STILL })
      expect(world.read(LOCK), title).toBe(text)
    }
    await expectOld(world)
  })

  test('a path upwards in any text of it leads nowhere', async () => {
    const world = await makeOld()
    world.environment('default', ['npm:greet@2.0.0', 'path: ../tools/hello'], 'variables:\n  A: b\n')
    await world.ok('lock')
    const good = world.read(LOCK)
    const built = await world.json('build')
    const before = listing(world)
    const variants = [...withEachText(JSON.parse(good), '../../../evil')]
    expect(variants.length).toBeGreaterThan(25)
    const accepted = new Map<string, string>()
    for (const [place, lock] of variants) {
      const text = JSON.stringify(lock, null, 2)
      world.write(LOCK, text)
      const run = await world.run(['build', '--frozen', '--json'])
      if (run.status === 0) {
        expect(JSON.parse(run.stdout), place).toEqual(built)
        accepted.set(place.replace(/\d+/, 'N'), text)
      } else {
        expect([65, 76], `${place} gave ${run.status}: ${run.stderr}`).toContain(run.status)
      }
    }
    // What is kept only for locking again has no say in what is built, and leads nowhere when it is locked again either.
    expect([...accepted.keys()].toSorted()).toEqual([
      '/packages/N/data/dependencies/words',
      '/packages/N/data/kind',
      '/packages/N/data/locations/0',
    ])
    const file = world.read('environments/default.yaml')
    world.write('environments/default.yaml', file.replace('packages:\n', 'packages:\n  - npm:words\n'))
    for (const [place, text] of accepted) {
      world.write(LOCK, text)
      const run = await world.run(['lock', '--json'])
      expect([0, 65, 69, 76], `${place} gave ${run.status}: ${run.stderr}`).toContain(run.status)
      if (run.status === 0) expect(world.read(LOCK), place).not.toContain('evil')
    }
    world.write('environments/default.yaml', file)
    world.write(LOCK, good)
    expect(listing(world)).toEqual(before)
    await expectOld(world)
  })

  test('with conflict markers it is resolved again', async () => {
    const world = await makeOld()
    const good = world.read(LOCK)
    world.write(LOCK, `<<<<<<< ours\n${good}=======\n{}\n>>>>>>> theirs\n`)
    expect(await world.fails('E_LOCK_STALE', 'switch', '--frozen')).toMatchObject({ status: 65, state: STILL })
    await world.ok('switch')
    expect(world.read(LOCK)).toBe(good)
    await expectOld(world)
  })

  test('a record of a generation that was tampered with cannot lead out of the store', async () => {
    const world = await makeOld()
    const profile = join(world.path('.tenon/profiles/default'), '/')
    const record = JSON.parse(readFileSync(join(profile, '1.json'), 'utf8'))
    writeFileSync(join(profile, '1.json'), JSON.stringify({ ...record, storePath: '../../../evil' }))
    expect(await world.fails('E_GENERATION_NOT_FOUND', 'switch', '--generation', '1')).toMatchObject({ status: 66 })
    // The file is the truth: the next switch makes the generation anew, under a number of its own.
    expect(await world.json('switch')).toMatchObject({ generation: { number: 2 } })
    expect(await world.ok('run', '--', 'greet')).toBe('1.0.0 words@1.0.0\n')
  })
})

describe('S-7.22 a full disk and a read-only store are one clear error each', () => {
  test.skipIf(!canMount)('a full disk during a switch, and while a lock is written', async () => {
    const world = await makeOld()
    world.write('small/.keep', '')
    const { stdout, stderr } = await runMounted(
      world,
      `mount -t tmpfs -o size=1500k none small
       mkdir -p small/environments small/store
       cd small
       say() { printf 'tenon: 1\\npackages:\\n  - %s\\n' "$@" >environments/default.yaml; }
       try() { "$TENON" "$@" >../out || echo "$1 $?"; }
       say npm:words; try switch --quiet
       say npm:greet@1.0.0; try switch --quiet
       say npm:big; try lock --quiet
       cksum <environments/default.lock.json
       try switch --json
       dd if=/dev/zero of=filler bs=1k 2>/dev/null || true
       "$TENON" run -- greet
       say npm:greet@2.0.0; try lock --json
       cksum <environments/default.lock.json
       try switch --json
       try rollback --quiet
       "$TENON" run -- sh -c 'command -v greet' || echo 'no words'
       try switch --generation 2
       "$TENON" run -- greet
       rm filler
       try gc --quiet
       try store verify --quiet
       try switch --quiet
       "$TENON" run -- greet`,
    )
    const [sum] = stdout.match(/^\d+(?= \d+$)/m) ?? []
    expect(stdout.replace(/^(\d+) \d+$/gm, '$1').split('\n')).toEqual([
      sum,
      'switch 74',
      '1.0.0 words@1.0.0',
      'lock 74',
      sum,
      'switch 74',
      'no words',
      '1.0.0 words@1.0.0',
      '2.0.0 words@1.0.0',
      '',
    ])
    const errors = stderr.split('\n').filter((line) => line.startsWith('{'))
    expect(errors).toHaveLength(3)
    for (const line of errors) {
      expect(JSON.parse(line).error).toMatchObject({
        code: 'E_STORE_IO',
        message: expect.stringContaining('the disk is full'),
        details: { errno: 'ENOSPC' },
      })
    }
    expect(errors.filter((line) => line.includes('generation 2 of default is still current'))).toHaveLength(2)
  })

  test.skipIf(!canMount)(
    'a read-only store: what is there runs and can be looked at, what would change it is refused',
    async () => {
      const world = await makeOld()
      world.environment('default', ['npm:greet@2.0.0'])
      await world.ok('switch')
      await world.ok('rollback')
      const { stdout, stderr } = await runMounted(
        world,
        `mount --bind store store
       mount -o remount,bind,ro store
       try() { "$TENON" "$@" --json >out 2>err || echo "$1 $? $(cat err)"; }
       "$TENON" run -- greet
       try list; try generations; try why words; try tree; try diff default 1 2; try env list
       try store info "$(basename "$(readlink -f .tenon/profiles/default/current)")"; try store du; try store verify
       "$TENON" activate --shell bash >out
       try switch; try rollback --to 2; try switch --generation 2; try forget 2; try gc
       "$TENON" run -- greet`,
      )
      expect(stderr).toBe('')
      const lines = stdout.split('\n').filter((line) => line !== '')
      expect([lines.at(0), lines.at(-1)]).toEqual(['1.0.0 words@1.0.0', '1.0.0 words@1.0.0'])
      const errors = lines.slice(1, -1).map((line) => line.split(/(?<=^\S+ \d+) /))
      expect(errors.map(([verb]) => verb)).toEqual(['switch 74', 'rollback 74', 'switch 74', 'forget 74', 'gc 74'])
      for (const [verb, text] of errors) {
        const { error } = JSON.parse(text ?? '')
        expect(error).toMatchObject({ code: 'E_STORE_IO', message: expect.stringContaining('read-only') })
        if (!/forget|gc/.test(verb ?? '')) expect(error.state).toBe(STILL)
      }
    },
  )

  test.skipIf(!canMount)('a switch with nothing to do does nothing on a read-only store either', async () => {
    const world = await makeOld()
    // The first switch came too soon after its file was written to be sure of it; this one is.
    await world.ok('switch')
    const { status, stdout } = await runMounted(
      world,
      `mount --bind store store
       mount -o remount,bind,ro store
       "$TENON" switch --json`,
    )
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ changed: false, generation: { number: 1 } })
  })
})

describe('S-7.27 what fails after the commit point says so, and is not begun afresh', () => {
  test.skipIf(!canMount)('links that cannot be written', async () => {
    const world = await makeOld()
    const links = 'links:\n  shown: lib/node_modules\n'
    for (const packages of [['npm:greet@1.0.0'], ['npm:greet@1.0.0', 'npm:words'], ['npm:greet@2.0.0']]) {
      world.environment('default', packages, links)
      await world.ok('switch')
    }
    const { stdout } = await runMounted(
      world,
      `mount --bind shown shown
       mount -o remount,bind,ro shown
       try() { "$TENON" "$@" --json 2>&1 >out || echo "$?"; }
       try rollback
       try rollback --to 3
       sed -i 's/greet@2.0.0/words/' environments/default.yaml
       try switch`,
    )
    const [rollback, status, again, ofAgain, forward, ofForward] = stdout.split('\n')
    expect([status, ofAgain, ofForward]).toEqual(['74', '74', '74'])
    for (const text of [rollback, again]) {
      expect(JSON.parse(text ?? '').error).toMatchObject({
        code: 'E_STORE_IO',
        message: expect.stringMatching(/^Generation 3 of `default` is current, but: .*read-only\.$/),
        details: { committed: true, errno: 'EROFS' },
        hint: 'tenon switch default --generation 3',
      })
    }
    expect(JSON.parse(forward ?? '').error.state).toBe('generation 5 of default is now current')
    await world.ok('switch', '--generation', '3')
    expect(readdirSync(world.path('shown')).toSorted()).toEqual(['.bin', 'greet', 'words'])
  })
})

describe('S-7.23 a registry that is gone or talks nonsense is one clear error', () => {
  const cases: Readonly<Record<string, readonly [string, number, (world: World) => Promise<void> | void]>> = {
    'does not exist any more': ['E_SOURCE_UNAVAILABLE', 69, (world) => world.registry.stop()],
    'answers 500': ['E_SOURCE_UNAVAILABLE', 69, (world) => answerAll(world, 500, 'broken')],
    'answers 401': ['E_AUTH', 77, (world) => answerAll(world, 401, '{}')],
    'answers 404': ['E_PACKAGE_NOT_FOUND', 65, (world) => answerAll(world, 404, '{}')],
    'answers nonsense': ['E_SOURCE_INVALID', 76, (world) => answerAll(world, 200, '<html>Welcome</html>')],
  }
  for (const [title, [code, status, disturb]] of Object.entries(cases)) {
    test(`while locking it ${title}`, async () => {
      const world = await makeOld()
      world.environment('default', ['npm:greet@2.0.0', 'npm:big'])
      const lock = world.read('environments/default.lock.json')
      await disturb(world)
      expect(await world.fails(code, 'switch')).toMatchObject({ status, state: STILL })
      expect(world.read('environments/default.lock.json')).toBe(lock)
      await expectOld(world)
    })
  }

  test('while downloading it is gone, and what is cached keeps working without it', async () => {
    const world = await makeOld()
    world.environment('default', ['npm:greet@2.0.0'])
    await world.ok('lock')
    await world.registry.stop()
    expect(await world.fails('E_SOURCE_UNAVAILABLE', 'switch')).toMatchObject({ status: 69, state: STILL })
    expect(await world.fails('E_OFFLINE', 'switch', '--offline')).toMatchObject({ status: 69, state: STILL })
    await expectOld(world)
    world.environment('default', ['npm:greet@1.0.0'])
    expect(await world.json('switch')).toMatchObject({ changed: false })
  })

  test('an add that fails leaves file, lock and generation as they were', async () => {
    const world = await makeOld()
    const file = world.read('environments/default.yaml')
    const lock = world.read('environments/default.lock.json')
    await world.registry.stop()
    for (const spec of ['npm:big', 'npm:nothing-of-that-name']) {
      expect(await world.fails('E_SOURCE_UNAVAILABLE', 'add', spec)).toMatchObject({ status: 69, state: STILL })
      expect(world.read('environments/default.yaml')).toBe(file)
      expect(world.read('environments/default.lock.json')).toBe(lock)
    }
    await expectOld(world)
  })
})

describe('S-7.24 offline, everything that is cached is enough, and what is missing is named', () => {
  test('an empty store is filled from the cache alone', async () => {
    const world = await makeOld()
    deleteObjects(world)
    await world.registry.stop()
    await world.ok('switch', '--offline')
    await expectOld(world)
  })

  test('a missing artifact', async () => {
    const world = await makeOld()
    deleteObjects(world)
    rmSync(join(world.store, 'cache'), { recursive: true })
    const error = await world.fails('E_OFFLINE', 'switch', '--offline')
    expect(error).toMatchObject({ status: 69, message: expect.stringMatching(/(?:greet|words)-1\.0\.0\.tgz/) })
    await world.ok('switch')
    await expectOld(world)
  })
})

describe('S-7.25 what was deleted is made again, or said to be missing', () => {
  test('the cache', async () => {
    const world = await makeOld()
    rmSync(join(world.store, 'cache'), { recursive: true })
    await expectOld(world)
    world.environment('default', ['npm:greet@2.0.0'])
    expect(await world.json('switch')).toMatchObject({ generation: { number: 2 } })
  })

  test('the realisations', async () => {
    const world = await makeOld()
    rmSync(join(world.store, 'realisations'), { recursive: true })
    world.environment('default', ['npm:greet@1.0.0', 'path: ../tools/hello'])
    await world.ok('switch', '--offline')
    expect(await world.ok('run', '--', 'greet')).toBe('1.0.0 words@1.0.0\n')
  })

  test('the records of objects: they count as missing until they are added again', async () => {
    const world = await makeOld()
    rmSync(join(world.store, 'info'), { recursive: true })
    const verify = await world.run(['store', 'verify', '--json'])
    expect(verify.status).toBe(74)
    expect(await world.fails('E_STORE_CORRUPT', 'gc')).toMatchObject({ status: 74 })
    expect(await world.ok('run', '--', 'greet')).toBe('1.0.0 words@1.0.0\n')
    world.write('environments/default.yaml', `${world.read('environments/default.yaml')}\n`)
    await world.ok('switch')
    await expectOld(world)
  })

  test('the objects', async () => {
    const world = await makeOld()
    deleteObjects(world)
    expect((await world.run(['run', '--', 'greet'])).status).not.toBe(0)
    await world.ok('switch')
    await expectOld(world)
  })

  test('the tree of the old generation, while a new one is made', async () => {
    const world = await makeOld()
    const tree = join('store', 'objects', (await world.json('generations'))[0].storePath)
    world.sh(`chmod -R u+w ${tree}; rm -r ${tree}`)
    world.environment('default', ['npm:greet@2.0.0'])
    expect(await world.json('switch')).toMatchObject({ changed: true, generation: { number: 2 } })
    expect(await world.ok('run', '--', 'greet')).toBe('2.0.0 words@1.0.0\n')
    const error = await world.fails('E_STORE_CORRUPT', 'rollback')
    expect(error).toMatchObject({ status: 74, state: 'generation 2 of default is still current' })
  })

  test('.tenon of the workspace', async () => {
    const world = await makeOld()
    rmSync(world.path('.tenon'), { recursive: true })
    expect(await world.fails('E_PROFILE_NOT_FOUND', 'rollback')).toMatchObject({ status: 66 })
    expect(await world.json('switch', '--offline')).toMatchObject({ generation: { number: 1 } })
    await expectOld(world)
  })

  test('the generation that is current', async () => {
    const world = await makeOld()
    const profile = world.path('.tenon/profiles/default')
    rmSync(join(profile, 'current'))
    symlinkSync('9', join(profile, 'current'))
    for (const verb of ['list', 'tree', 'diff']) {
      expect(await world.fails('E_PROFILE_NOT_FOUND', verb), verb).toMatchObject({ status: 66 })
    }
    expect(await world.fails('E_GENERATION_NOT_FOUND', 'rollback')).toMatchObject({ status: 66 })
    await world.ok('rollback', '--to', '1')
    await expectOld(world)
    rmSync(join(profile, 'current'))
    symlinkSync('9', join(profile, 'current'))
    await world.ok('switch', '--offline')
    await expectOld(world)
  })

  test('the environment file, while generations exist', async () => {
    const world = await makeOld()
    rmSync(world.path('environments/default.yaml'))
    expect(await world.fails('E_ENV_NOT_FOUND', 'switch')).toMatchObject({ status: 66, state: STILL })
    await expectOld(world)
    await world.ok('gc')
    await expectOld(world)
  })
})

describe('S-7.26 what is stopped leaves the old generation current, and the next run goes on', () => {
  test('Ctrl-C in the middle of a slow download', async () => {
    const world = await makeOld()
    world.environment('default', ['npm:big', 'npm:greet@2.0.0'])
    await world.ok('lock')
    const tarball = world.registry.tarball('/big/-/big-1.0.0.tgz')
    const child = spawn(builtProgram(), ['switch', '--json'], { cwd: world.workspace, env: world.variables() })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk
    })
    world.registry.answer('/big/-/big-1.0.0.tgz', (_, response) => {
      response.writeHead(200, { 'content-length': tarball.length })
      // The rest never comes.
      response.write(tarball.subarray(0, 100_000), () => child.kill('SIGINT'))
    })
    const status = await new Promise((resolve) => child.on('close', resolve))
    expect(status).toBe(130)
    expect(JSON.parse(stderr).error).toMatchObject({ code: 'E_CANCELLED', state: STILL })
    await expectOld(world)
    world.registry.heal()
    expect(await world.json('switch')).toMatchObject({ generation: { number: 2 } })
  })

  test('a reader of the output that goes away is no error', async () => {
    const world = await makeOld()
    for (const verb of ['list --all', 'generations --json', 'explain', 'switch --json', 'help switch', 'tree']) {
      const run = await runShell(world, ['bash', '-c', `"$TENON" ${verb} | true; echo "\${PIPESTATUS[0]}"`])
      expect(run, verb).toEqual({ status: 0, stdout: '0\n', stderr: '' })
    }
    const run = await runShell(world, ['bash', '-c', `"$TENON" explain | head -1; echo "\${PIPESTATUS[0]}"`])
    expect(run).toEqual({ status: 0, stdout: expect.stringMatching(/^E_USAGE.*\n0\n$/), stderr: '' })
  })
})

function answerAll(world: World, status: number, text: string): void {
  for (const name of ['greet', 'big', 'words']) world.registry.answerText(`/${name}`, status, text)
}

/** Objects and all that is known of them, as if the store were new; the cache stays. */
function deleteObjects(world: World): void {
  world.sh('chmod -R u+w store/objects; rm -rf store/objects store/info store/realisations')
}

/** Every place in the workspace and beside it, but for what is in the store and in HOME. */
function listing(world: World): readonly string[] {
  return world
    .sh(`find "${world.root}" -path "${world.store}" -prune -o -path "${world.root}/home" -prune -o -print`)
    .stdout.split('\n')
    .filter((line) => !line.includes('/.tenon'))
    .toSorted()
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** The value with each of its texts replaced in turn, and each name in the maps that names come from; with the place of the change. */
function* withEachText(value: unknown, text: string, at = ''): Generator<readonly [place: string, changed: unknown]> {
  if (typeof value === 'string') yield [at, text]
  if (typeof value !== 'object' || value === null) return
  const names = /^\/packages\/\d+\/dependencies$|\/(?:bin|variables)$/.test(at) ? Object.keys(value) : []
  for (const name of names) {
    const entries = Object.entries(value).map(([key, item]) => [key === name ? text : key, item])
    yield [`${at}/${name} (name)`, Object.fromEntries(entries)]
  }
  for (const [key, item] of Object.entries(value)) {
    for (const [place, changed] of withEachText(item, text, `${at}/${key}`)) {
      yield [place, Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed }]
    }
  }
}
