import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parsePackageFile } from '../../../src/core/package-file.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { importPaios } from '../../../src/ops/import-paios.ts'
import { temporaryDirectory } from '../../support/store.ts'

const host = new NodeHost()
let root: string

beforeEach(() => {
  root = temporaryDirectory()
})

afterEach(() => rmSync(root, { recursive: true }))

function ability(id: string, version: string, more: object, files: Record<string, string> = {}): void {
  const metadata = {
    id,
    name: id.toUpperCase(),
    description: `The ability ${id}.`,
    versions: { package: version },
    ...more,
  }
  for (const [name, text] of Object.entries({ 'metadata.json': JSON.stringify(metadata), ...files })) {
    const path = join(root, 'abilities', id, version, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

function run(directory = join(root, 'abilities')): ReturnType<typeof importPaios> {
  return importPaios(host, { directory, out: join(root, 'out'), registry: 'core' })
}

function imported(id: string, version: string): ReturnType<typeof parsePackageFile> {
  return parsePackageFile(readFileSync(join(root, 'out', id, version, 'package.yaml')))
}

test('S-12.10 every kind of dependency becomes a requirement, and what has no counterpart is named', async () => {
  const hash = 'A'.repeat(64)
  ability('helper', '0.1.0', {
    license: 'MIT',
    versions: { package: '0.1.0', product: '9' },
    dependencies: [
      { type: 'python', id: 'langserve', extras: ['all', 'client'], versions: { required: '>= 0.2.0' } },
      { type: 'python', id: 'fetch_llama_cpp' },
      { type: 'resource', source_url: 'https://example.org/a.llamafile', file_hash: `sha256:${hash}`, file_size: 5 },
      { type: 'resource', source_url: 'https://example.org/b.gguf' },
      { type: 'linux', name: 'ssl', packages: [{ debian: 'libssl-dev', fedora: 'openssl-devel' }] },
      { type: 'linux', name: 'nothing', packages: [{ fedora: 'x' }] },
      { type: 'abilities', id: 'chroma', versions: { required: '>=0.1.0' } },
      { type: 'container', name: 'tensorflow/tensorflow' },
    ],
  })
  const [result] = await run()
  expect(result?.notes).toEqual([
    'linux package nothing: no name of a Debian package is given',
    'container tensorflow/tensorflow: there is nothing like it here',
  ])
  const item = imported('helper', '0.1.0')
  expect(item.dependencies.map(({ text, options }) => [text, options])).toEqual([
    ['pypi:langserve[all,client]@>=0.2.0', {}],
    ['pypi:fetch-llama-cpp', {}],
    [`url:https://example.org/a.llamafile@sha256:${hash.toLowerCase()}`, { executable: true }],
    ['url:https://example.org/b.gguf', {}],
    ['deb:libssl-dev', {}],
    ['core:chroma@>=0.1.0', {}],
  ])
  expect(item).toMatchObject({
    type: 'ability',
    license: 'MIT',
    metadata: { name: 'HELPER', product: '9', notes: result?.notes },
  })
})

test('S-12.10 a start script becomes a service, and a file of its own a command', async () => {
  ability('airllm', '0.1.0', { scripts: { start: 'main.py --fast' } }, { 'main.py': '#!/usr/bin/env python3\n' })
  chmodSync(join(root, 'abilities/airllm/0.1.0/main.py'), 0o755)
  ability('chroma', '0.1.0', { scripts: { start: 'chroma run' } })
  await run(root)
  expect(imported('airllm', '0.1.0')).toMatchObject({
    commands: { airllm: 'main.py' },
    services: { main: { command: ['airllm', '--fast'] } },
  })
  expect(statSync(join(root, 'out/airllm/0.1.0/main.py')).mode & 0o777).toBe(0o755)
  expect(imported('chroma', '0.1.0')).toMatchObject({
    commands: {},
    services: { main: { command: ['chroma', 'run'] } },
  })
})

test('S-12.10 the older form of dependencies, a mapping of lists, is read too', async () => {
  ability('old', '1.0.0', { dependencies: { python: [{ name: 'numpy' }], abilities: [{ name: 'chroma' }] } })
  await run()
  expect(imported('old', '1.0.0').dependencies.map((item) => item.text)).toEqual(['pypi:numpy', 'core:chroma'])
})

test('S-12.10 importing again changes nothing, and never replaces what somebody wrote', async () => {
  ability('chroma', '0.1.0', {})
  await run()
  const path = join(root, 'out/chroma/0.1.0/package.yaml')
  const before = statSync(path).mtimeMs
  await run()
  expect(statSync(path).mtimeMs).toBe(before)
  writeFileSync(path, 'mine\n')
  await expect(run()).rejects.toMatchObject({ code: 'E_EXISTS' })
  expect(readFileSync(path, 'utf8')).toBe('mine\n')
})

test('S-12.10 what is no ability is refused, with the file that is to blame', async () => {
  mkdirSync(join(root, 'abilities'))
  await expect(run()).rejects.toMatchObject({ code: 'E_USAGE' })
  ability('bad', '0.1', {})
  await expect(run()).rejects.toMatchObject({
    code: 'E_PACKAGE_INVALID',
    message: expect.stringContaining('bad/0.1/metadata.json'),
  })
  writeFileSync(join(root, 'abilities/bad/0.1/metadata.json'), '[]')
  await expect(run()).rejects.toMatchObject({ code: 'E_PACKAGE_INVALID' })
  expect(existsSync(join(root, 'out'))).toBe(false)
})

test('S-12.10 values without end are refused, and links and pipes beside the metadata do not come along', async () => {
  ability('deep', '1.0.0', {})
  const metadata = join(root, 'abilities/deep/1.0.0/metadata.json')
  const text = readFileSync(metadata, 'utf8')
  writeFileSync(metadata, text.replace('{', `{"more":${'['.repeat(50_000)}${']'.repeat(50_000)},`))
  await expect(run()).rejects.toMatchObject({ code: 'E_PACKAGE_INVALID', message: expect.stringContaining('levels') })
  expect(existsSync(join(root, 'out'))).toBe(false)
  writeFileSync(metadata, text)
  writeFileSync(join(root, 'secret'), 'secret')
  symlinkSync(join(root, 'secret'), join(root, 'abilities/deep/1.0.0/file'))
  symlinkSync(root, join(root, 'abilities/deep/1.0.0/all'))
  execFileSync('mkfifo', [join(root, 'abilities/deep/1.0.0/pipe')])
  await run()
  expect(readdirSync(join(root, 'out/deep/1.0.0')).toSorted()).toEqual(['metadata.json', 'package.yaml'])
})
