// How many of Node's own threads a collection may have, which cannot be changed once the first of them was started.

import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const PROGRAM = `
import { readdirSync, readFileSync, unlink } from 'node:fs'
import { widenThreadPool } from ${JSON.stringify(new URL('../../../src/cli/config.ts', import.meta.url).href)}
widenThreadPool()
unlink('/nothing/there', () => {
  const names = readdirSync('/proc/self/task').map((id) => readFileSync('/proc/self/task/' + id + '/comm', 'utf8'))
  console.log(names.filter((name) => name === 'libuv-worker\\n').length)
})
`

test('S-5.26 a collection has eight threads to wait on the disk with, or as many as the user says', () => {
  for (const [said, threads] of [
    [undefined, '8\n'],
    ['2', '2\n'],
  ] as const) {
    const env = said === undefined ? {} : { UV_THREADPOOL_SIZE: said }
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', PROGRAM], { env, encoding: 'utf8' })
    expect(run.stdout).toBe(threads)
  }
})
