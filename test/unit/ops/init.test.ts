import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseEnvironmentFile } from '../../../src/core/environment-file.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { initWorkspace } from '../../../src/ops/init.ts'
import { LocalWorld } from '../../support/local-world.ts'
import { temporaryDirectory } from '../../support/store.ts'

const read = (root: string, path: string) => readFileSync(join(root, path), 'utf8')

test('S-9.10 init makes an environment that names its schema, and the schema that it names', () => {
  const root = temporaryDirectory()
  expect(initWorkspace(new NodeHost(), root, [])).toEqual(['environments/default.yaml'])
  const text = read(root, 'environments/default.yaml')
  const place = /^# yaml-language-server: \$schema=(.+)$/m.exec(text)?.[1] ?? ''
  expect(JSON.parse(read(join(root, 'environments'), place))).toEqual(
    JSON.parse(readFileSync('schema/environment.schema.json', 'utf8')),
  )
  expect(parseEnvironmentFile(text, { name: 'default', path: 'environments/default.yaml' }).packages).toEqual([])
  // What Tenon keeps for itself is not git's business.
  expect(read(root, '.tenon/.gitignore')).toBe('*\n')
  expect(read(root, 'environments/.gitattributes')).toMatch(/^\*\.lock\.json .*merge=text/)
})

test('S-9.10 init takes the packages to begin with, a path from the directory where it is given', () => {
  const root = temporaryDirectory()
  initWorkspace(new NodeHost(), root, ['npm:typescript@~5.9', 'path:./tools/hello'])
  expect(read(root, 'environments/default.yaml')).toMatch(
    /packages:\n {2}- npm:typescript@~5\.9\n {2}- path:\.\.\/tools\/hello\n$/,
  )
})

test('S-9.10 init overwrites nothing, and makes nothing when it fails', () => {
  const world = new LocalWorld()
  world.environment([])
  world.write('.gitignore', 'mine\n')
  const before = world.text('environments/default.yaml')
  const init = (packages: readonly string[]) => initWorkspace(new NodeHost(), world.workspace, packages)
  expect(() => init([])).toThrow(expect.objectContaining({ code: 'E_EXISTS' }))
  expect(world.text('environments/default.yaml')).toBe(before)
  expect(world.text('.gitignore')).toBe('mine\n')
  const root = temporaryDirectory()
  expect(() => initWorkspace(new NodeHost(), root, ['typescript'])).toThrow(
    expect.objectContaining({ code: 'E_USAGE', hint: 'Did you mean `npm:typescript`?' }),
  )
  expect(existsSync(join(root, 'environments'))).toBe(false)
})
