import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { NodeHost } from '../../../src/host/node-host.ts'
import { type Flat, loadNpmConfig, npmRequest, registryOf } from '../../../src/sources/npm/config.ts'

let root: string

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'tenon-npmrc-')))
  // A machine with npm and node below `usr`, and a project that brings a node of its own.
  write('usr/bin/node', '')
  write('usr/lib/node_modules/npm/bin/npm-cli.js', '')
  write('usr/lib/node_modules/npm/package.json', '{"version":"11.0.0"}')
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/bin/npm'))
  write('workspace/node_modules/.bin/node', '')
  write('workspace/node_modules/.bin/npm', '')
  mkdirSync(join(root, 'home'))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function load(
  env: Readonly<Record<string, string>> = {},
  path = `${root}/workspace/node_modules/.bin:${root}/usr/bin`,
): Promise<Flat> {
  const options = {
    host: new NodeHost(),
    env: { HOME: join(root, 'home'), ...env },
    path,
    execPath: join(root, 'workspace/node_modules/node/bin/node'),
    cache: join(root, 'cache'),
    temporary: join(root, 'tmp'),
  }
  return loadNpmConfig(options, join(root, 'workspace'))
}

const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'

test('S-4.1 the global npmrc is that of the npm on the host PATH, whatever Node runs Tenon', async () => {
  write('usr/etc/npmrc', `cafile=${root}/ca.pem\n`)
  write('ca.pem', `${PEM}\n${PEM}\n`)
  const request = await npmRequest(await load(), 'a', 'https://registry.test/a/-/a-1.0.0.tgz')
  expect(request.agent?.ca).toEqual([PEM, PEM])
})

test('S-4.1 below `npm run`, what npm announces holds', async () => {
  write('elsewhere/npmrc', 'registry=https://global.test/\n')
  write('opt/lib/node_modules/npm/npmrc', '@team:registry=https://builtin.test/\n')
  const flat = await load({
    npm_config_globalconfig: join(root, 'elsewhere/npmrc'),
    npm_execpath: join(root, 'opt/lib/node_modules/npm/bin/npm-cli.js'),
    npm_node_execpath: join(root, 'opt/bin/node'),
  })
  expect(await registryOf(flat, 'a')).toBe('https://global.test/')
  expect(await registryOf(flat, '@team/a')).toBe('https://builtin.test/')
})

test('S-4.1 what another package manager announces is not taken for npm', async () => {
  write('usr/etc/npmrc', 'registry=https://global.test/\n')
  const flat = await load({ npm_execpath: join(root, 'opt/yarn/bin/yarn.js') })
  expect(await registryOf(flat, 'a')).toBe('https://global.test/')
})

test('S-4.1 environment, project, user, global and builtin files hold in this order', async () => {
  const order = ['usr/lib/node_modules/npm/npmrc', 'usr/etc/npmrc', 'home/.npmrc', 'workspace/.npmrc']
  for (const [index, path] of order.entries()) {
    write(path, `registry=https://level${index}.test/\n`)
    expect(await registryOf(await load(), 'a')).toBe(`https://level${index}.test/`)
  }
  const flat = await load({ npm_config_registry: 'https://variable.test' })
  expect(await registryOf(flat, 'a')).toBe('https://variable.test/')
})

test('S-4.1 the workspace is the project even below another one', async () => {
  write('package.json', '{}')
  write('.npmrc', 'registry=https://outer.test/\n')
  write('workspace/.npmrc', 'registry=https://workspace.test/\n')
  expect(await registryOf(await load(), 'a')).toBe('https://workspace.test/')
})

test('S-4.1 an empty HOME, no npm at all and a missing PATH are no errors', async () => {
  for (const path of ['', '/nonexistent:relative', `${root}/workspace/node_modules/.bin`]) {
    expect(await registryOf(await load({}, path), 'a')).toMatch(/^https:/)
  }
})

test('S-4.1 a directory on PATH that cannot be looked into is passed over, as a shell passes it over', async () => {
  // A loop of links cannot be entered by anybody, where a directory without permissions lets root in.
  symlinkSync('loop', join(root, 'loop'))
  write('usr/etc/npmrc', 'registry=https://global.test/\n')
  expect(await registryOf(await load({}, `${root}/loop:${root}/usr/bin`), 'a')).toBe('https://global.test/')
})

test('S-4.1 credentials go with their registry only, in every form npm has', async () => {
  write(
    'home/.npmrc',
    [
      '@one:registry=https://one.test/npm/',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: npm's own syntax for variables
      '//one.test/npm/:_authToken=${TOKEN}',
      '//two.test/:_auth=dXNlcjpwYXNz',
      '//three.test/:username=user',
      '//three.test/:_password=cGFzcw==',
    ].join('\n'),
  )
  const flat = await load({ TOKEN: 't0ken' })
  const headers = async (name: string, url: string) => (await npmRequest(flat, name, url)).headers
  expect(await headers('@one/a', 'https://one.test/npm/@one/a/-/a-1.tgz')).toEqual({ authorization: 'Bearer t0ken' })
  expect(await headers('a', 'https://two.test/a/-/a-1.tgz')).toEqual({ authorization: 'Basic dXNlcjpwYXNz' })
  expect(await headers('a', 'https://three.test/a/-/a-1.tgz')).toEqual({ authorization: 'Basic dXNlcjpwYXNz' })
  expect(await headers('a', 'https://other.test/a/-/a-1.tgz')).toEqual({})
})

test('S-4.1 proxy, client certificate and strict-ssl reach the request', async () => {
  write('cert.pem', 'CERT')
  write('key.pem', 'KEY')
  write(
    'home/.npmrc',
    [
      'proxy=http://proxy.test:1/',
      'https-proxy=http://proxy.test:2/',
      'noproxy=a.test,b.test',
      'strict-ssl=false',
      `//one.test/:certfile=${root}/cert.pem`,
      `//one.test/:keyfile=${root}/key.pem`,
    ].join('\n'),
  )
  const { agent } = await npmRequest(await load(), 'a', 'https://one.test/a/-/a-1.tgz')
  expect(agent).toEqual({
    proxy: 'http://proxy.test:2/',
    noProxy: 'a.test,b.test',
    strictSSL: false,
    cert: 'CERT',
    key: 'KEY',
  })
})

test('S-4.1 unknown keys and a file that cannot be read change nothing and print nothing', async () => {
  write('home/.npmrc', 'no-such-key=1\nregistry=https://user.test/\n')
  write('usr/etc/npmrc', '')
  chmodSync(join(root, 'usr/etc/npmrc'), 0)
  expect(await registryOf(await load({ npm_config_no_such_key: '1' }), 'a')).toBe('https://user.test/')
})

test('S-4.1 the environment that is handed over stays as it is', async () => {
  const env = Object.freeze({ HOME: join(root, 'home') })
  await load(env)
  expect(Object.keys(env)).toEqual(['HOME'])
})

test('S-4.1 a registry is given up within seconds, unless the user has set how often and how long to try', async () => {
  expect((await load())['retry']).toMatchObject({ retries: 2, minTimeout: 500, maxTimeout: 5000 })
  const env = { npm_config_fetch_retries: '7', npm_config_fetch_retry_mintimeout: '1234' }
  expect((await load(env))['retry']).toMatchObject({ retries: 7, minTimeout: 1234, maxTimeout: 5000 })
})
