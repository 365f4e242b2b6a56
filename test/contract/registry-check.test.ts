// `registry check` on a registry in git: a bare repository of this machine, and the same through git's own http-backend.

import { existsSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { makeKeys, sign } from '../../src/core/signature.ts'
import { HttpClient } from '../../src/host/http.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { checkRegistryAt, type RegistryReport } from '../../src/ops/registry-check.ts'
import { gitReader } from '../../src/sources/index.ts'
import { removeTree } from '../../src/store/tree.ts'
import { GitServer, GitWorkTree } from '../support/git-server.ts'
import { packageVersion, registryOf, writeRegistry } from '../support/registry.ts'

const host = new NodeHost()
const keys = makeKeys('core-1', Buffer.alloc(32, 1))
const GOOD = registryOf([packageVersion('words', '1.0.0')])
let root: string
let repository: GitWorkTree

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'tenon-check-')))
  repository = new GitWorkTree(join(root, 'work'))
  mkdirSync(join(root, 'here'))
  return () => removeTree(host, root)
})

/** Commits these files below `public`, in the bare repository too. */
function publish(files: ReadonlyMap<string, string>): void {
  writeRegistry(join(repository.path, 'public'), files)
  repository.commit({ 'public/registry.sig': sign(files.get('registry.json') ?? '', keys.secret) })
  if (existsSync(join(root, 'bare.git'))) repository.git('push', '--quiet', '../bare.git', 'main')
  else repository.git('clone', '--quiet', '--bare', '.', '../bare.git')
}

/** As a command that is started in `here`. */
function check(place: string, { offline = false } = {}): Promise<RegistryReport> {
  const storeRoot = join(root, 'store')
  const http = new HttpClient(host, { offline })
  const access = { host, http, env: {}, path: '/nonexistent' }
  return checkRegistryAt(place, {
    host,
    http,
    openGit: gitReader({ ...access, gitCache: join(storeRoot, 'cache/git'), temporary: join(storeRoot, 'tmp') }),
    workspace: { root: join(root, 'here') },
    keysFile: join(root, 'keys'),
    storeRoot,
    offline,
    signal: new AbortController().signal,
  })
}

async function served(): Promise<string> {
  const server = await GitServer.start(root)
  onTestFinished(() => server.stop())
  return `git+${server.url}/bare.git`
}

describe('registry check on a registry in git', () => {
  test('S-13.23 reads a bare repository of this machine, named by a path or an address, with no store', async () => {
    publish(GOOD)
    const sound = { name: 'core', serial: 1, packages: 1, versions: 1, faults: [] }
    for (const place of ['git+../bare.git', `git+file://${root}/bare.git`, 'git+../bare.git?rev=main'])
      expect(await check(`${place}#public`)).toEqual(sound)
    expect(existsSync(join(root, 'store'))).toBe(false)
  })

  test('S-13.23 reads a repository over HTTP, as it is now, and lists what is wrong with it', async () => {
    publish(GOOD)
    const place = `${await served()}?rev=main#public`
    expect((await check(place)).faults).toEqual([])
    const files = registryOf([packageVersion('words', '1.0.0'), packageVersion('other', '1.0.0')], { serial: 2 })
    publish(files)
    expect(await check(place)).toMatchObject({ serial: 2, packages: 2, faults: [] })
    publish(new Map([...files, ['packages/ot/other.json', '{}']]))
    const { faults } = await check(place)
    expect(faults.map((fault) => fault.subject)).toEqual(['other'])
    expect(faults[0]?.message).toContain('is not the file that the root record leads to')
  })

  test('S-13.23 reads it under the key that the user names for it, at whatever revision', async () => {
    publish(GOOD)
    const place = await served()
    writeFileSync(join(root, 'keys'), `${place}#public ${keys.public}\n`)
    expect((await check(`${place}?rev=main#public`)).faults).toEqual([])
    writeFileSync(join(root, 'keys'), `${place}#public ${makeKeys('core-1', Buffer.alloc(32, 2)).public}\n`)
    await expect(check(`${place}?rev=main#public`)).rejects.toMatchObject({ code: 'E_REGISTRY_UNSIGNED' })
  })

  test('S-13.23 takes the directory also as `dir`, and says what is not there', async () => {
    publish(GOOD)
    expect((await check('git+../bare.git?dir=public')).faults).toEqual([])
    await expect(check('git+../bare.git')).rejects.toMatchObject({ code: 'E_REGISTRY_NOT_FOUND' })
    await expect(check('git+../bare.git?rev=none#public')).rejects.toMatchObject({ code: 'E_REGISTRY_NOT_FOUND' })
    await expect(check('git+../none.git#public')).rejects.toMatchObject({ code: 'E_PACKAGE_NOT_FOUND' })
    await expect(check('git+../bare.git?revision=main')).rejects.toMatchObject({ code: 'E_UNSUPPORTED' })
    await expect(check(`${await served()}#public`, { offline: true })).rejects.toMatchObject({ code: 'E_OFFLINE' })
  })

  test('S-13.23 directories are named from where one is, or absolutely', async () => {
    publish(GOOD)
    for (const place of ['../work/public', `${root}/work/public`]) expect((await check(place)).faults).toEqual([])
    writeFileSync(join(root, 'keys'), `${root}/work/public ${makeKeys('core-1', Buffer.alloc(32, 2)).public}\n`)
    for (const place of ['../work/public', `${root}/work/public`])
      await expect(check(place)).rejects.toMatchObject({ code: 'E_REGISTRY_UNSIGNED' })
  })
})
