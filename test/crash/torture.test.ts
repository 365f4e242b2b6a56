// A little of `npm run torture`: many processes of the built program on one store, killed at random moments.

import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { NodeHost } from '../../src/host/node-host.ts'
import { removeTree } from '../../src/store/tree.ts'
import { torture } from '../support/torture.ts'
import { builtProgram } from '../support/world.ts'

test('S-7.28 processes of several workspaces that are killed at random leave nothing wrong, nothing lost and nothing to clean up', async () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'tenon-torture-')))
  onTestFinished(() => void removeTree(new NodeHost(), root))
  mkdirSync(join(root, 'home'))
  const options = {
    root,
    program: builtProgram(),
    seed: 20_261_123,
    processes: 8,
    workspaces: 2,
    rounds: 2,
    stepsPerRound: 4,
  }
  const { problems, verbs } = await torture(options)
  expect(problems).toEqual([])
  const counts = Object.values(verbs)
  expect(counts.reduce((sum, verb) => sum + verb.started, 0)).toBe(64)
  expect(counts.reduce((sum, verb) => sum + verb.killed, 0)).toBeGreaterThan(5)
})
