// What verbs say when they cannot do what was asked: the next action fits what there is, and can be typed.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isToolError, type ToolError } from '../../../src/core/errors.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { diskUsage } from '../../../src/ops/du.ts'
import { addPackages, packagesToUpdate, removePackages } from '../../../src/ops/edit.ts'
import { copyEnvironment, createEnvironment, deleteEnvironment } from '../../../src/ops/environments.ts'
import { forgetGenerations } from '../../../src/ops/forget.ts'
import { initWorkspace } from '../../../src/ops/init.ts'
import { repair } from '../../../src/ops/repair.ts'
import { rollback } from '../../../src/ops/rollback.ts'
import { listRoots } from '../../../src/ops/roots.ts'
import { why } from '../../../src/ops/show.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { verify } from '../../../src/ops/verify.ts'
import { LocalWorld } from '../../support/local-world.ts'

async function refusal(act: () => unknown): Promise<ToolError> {
  try {
    await act()
  } catch (error) {
    if (isToolError(error)) return error
    throw error
  }
  throw new Error('it was done')
}

/** `default` asks for one tool after another, a generation for each. */
async function worldWith(...tools: readonly string[]): Promise<LocalWorld> {
  const world = new LocalWorld()
  for (const [index, tool] of tools.entries()) {
    world.tool(tool)
    world.environment(tools.slice(0, index + 1))
    await switchEnvironment(world.context(), 'default')
  }
  return world
}

test('S-9.10 init of packages where there is a workspace leads to add', async () => {
  const world = await worldWith()
  world.environment([])
  const init = (packages: readonly string[]) => initWorkspace(new NodeHost(), world.workspace, packages)
  expect(await refusal(() => init([]))).toMatchObject({ code: 'E_EXISTS', hint: 'tenon switch' })
  expect(await refusal(() => init(['npm:a', 'npm:b@^2']))).toMatchObject({ hint: 'tenon add npm:a npm:b@^2' })
})

test('S-9.3 who deletes or copies an environment that is not there is not told to make it', async () => {
  const world = await worldWith('one')
  const { host, workspace } = world.context()
  expect(await refusal(() => deleteEnvironment(world.context(), 'nope'))).toMatchObject({ hint: 'tenon env list' })
  expect(await refusal(() => copyEnvironment(host, workspace, 'nope', 'new'))).toMatchObject({ hint: 'tenon env list' })
  const near = await refusal(() => deleteEnvironment(world.context(), 'defualt'))
  expect(near).toMatchObject({ code: 'E_ENV_NOT_FOUND', hint: 'Did you mean `default`?' })
  const taken = await refusal(() => createEnvironment(host, workspace, 'default', ''))
  expect(taken).toMatchObject({ code: 'E_EXISTS', hint: expect.stringContaining('tenon env list') })
})

test('S-9.3 a package that is not there is told by one that is near, and a bare name by its source here', async () => {
  const world = await worldWith('hello')
  const context = world.context()
  expect(await refusal(() => why(context, 'default', 'helo'))).toMatchObject({ hint: 'Did you mean `hello`?' })
  expect(await refusal(() => why(context, 'default', 'path:helo'))).toMatchObject({
    hint: 'Did you mean `path:hello`?',
  })
  const meant = { code: 'E_USAGE', hint: 'Did you mean `path:tools/hello`?' }
  expect(await refusal(() => removePackages(context, 'default', ['tools/hello']))).toMatchObject(meant)
  expect(await refusal(() => packagesToUpdate(context, 'default', ['tools/hello']))).toMatchObject(meant)
  const git = await refusal(() => addPackages(context, 'default', ['git+https://example.org/a.git']))
  expect(git).toMatchObject({ hint: 'Did you mean `git:https://example.org/a.git`?' })
})

test('S-9.6 a package that is added twice at once is refused: it would not be clear which one is meant', async () => {
  const world = await worldWith('one')
  const before = world.text('environments/default.yaml')
  const twice = await refusal(() => addPackages(world.context(), 'default', ['npm:a@1', 'npm:b', 'npm:a@2']))
  expect(twice).toMatchObject({ code: 'E_USAGE', message: '`npm:a` is named twice.' })
  expect(twice.hint).toBe('Leave all out but one of `npm:a@1`, `npm:a@2`.')
  expect(world.text('environments/default.yaml')).toBe(before)
})

test('S-7.3 a rollback to what was forgotten says so, and where one can go', async () => {
  const world = await worldWith('one', 'two', 'three')
  await forgetGenerations(world.context(), 'default', [2])
  const error = await refusal(() => rollback(world.context(), 'default', null))
  expect(error).toMatchObject({ code: 'E_GENERATION_NOT_FOUND', hint: 'tenon rollback default --to 1' })
  expect(error.message).toBe('Generation 3 of `default` was made from generation 2, which was forgotten.')
  expect(await rollback(world.context(), 'default', 1)).toMatchObject({ from: 3, to: 1 })
  const first = await refusal(() => rollback(world.context(), 'default', null))
  expect(first.message).toBe('There is nothing before the current generation of `default` to go back to.')
})

test('S-5.12 a store that is no directory is one error, also for those who only look', async () => {
  const world = await worldWith()
  const storeRoot = join(world.root, 'file')
  writeFileSync(storeRoot, '')
  const run = { report: () => undefined, signal: new AbortController().signal }
  expect(await refusal(() => verify(new NodeHost(), storeRoot, run))).toMatchObject({ code: 'E_STORE_IO' })
  expect(await refusal(() => repair({ ...world.context(), storeRoot }, null))).toMatchObject({ code: 'E_STORE_IO' })
  expect(await refusal(() => diskUsage(new NodeHost(), storeRoot, run.signal))).toMatchObject({ code: 'E_STORE_IO' })
  expect(await refusal(() => listRoots(new NodeHost(), storeRoot))).toMatchObject({ code: 'E_STORE_IO' })
  expect(await verify(new NodeHost(), join(world.root, 'nowhere'), run)).toEqual({ checked: 0, defects: [] })
})
