// The sh front beside the Node that it hands over to: installed twice from the built program, once with the real Node and once with a stub in
// its place, so that it shows which of the two answered.

import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory, writeProgram } from './shells.ts'
import { builtProgram } from './world.ts'

const PROJECT = join(import.meta.dirname, '../..')
const NODE = join(PROJECT, 'node_modules/node/bin/node')
const STUB = 'Node was asked'

export interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** How `tenon` is started. */
export interface Start {
  readonly args: readonly string[]
  readonly cwd: string
  /** Undefined takes a variable away. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** A copy, because others may build while this runs. */
export class InstalledFront {
  /** The front whose Node is a stub. */
  readonly front: string
  /** All of it. */
  readonly program: string
  readonly #main: string
  readonly #cache: string

  constructor() {
    const base = temporaryDirectory('program')
    const front = builtProgram()
    cpSync(join(PROJECT, 'dist'), join(base, 'real/dist'), { recursive: true })
    symlinkSync(join(PROJECT, 'node_modules'), join(base, 'real/node_modules'))
    for (const place of ['real/bin', 'stub/bin']) mkdirSync(join(base, place), { recursive: true })
    this.program = join(base, 'real/bin/tenon')
    this.front = join(base, 'stub/bin/tenon')
    for (const place of [this.program, this.front]) copyFileSync(front, place)
    symlinkSync('../real/dist', join(base, 'stub/dist'))
    const stub = join(base, 'stub/node_modules/node/bin/node')
    writeProgram(stub, `#!/bin/sh\nprintf '%s\\n' "$*" '${STUB}'\n`)
    this.#main = join(base, 'real/dist/main.cjs')
    this.#cache = join(base, 'tenon/compile')
  }

  /** What Node answers. */
  node(start: Start): Run {
    return this.#start([NODE, this.#main], start)
  }

  /** What the front answers; null when Node was asked. */
  answer(sh: readonly string[], start: Start): Run | null {
    const run = this.#start([...sh, this.front], start)
    return isAsking(run.stdout) ? null : run
  }

  #start(command: readonly string[], { args, cwd, environment }: Start): Run {
    const [program = '', ...words] = [...command, ...args]
    const variables = { PATH: '/usr/bin:/bin', NODE_COMPILE_CACHE: this.#cache, ...environment }
    const run: SpawnSyncReturns<string> = spawnSync(program, words, { cwd, env: variables, encoding: 'utf8' })
    // What bash says of a locale that is missing before it reads the first line.
    const stderr = run.stderr.replace(/^\S*bash: warning: setlocale: .*\n/, '')
    return { status: run.status, stdout: run.stdout, stderr }
  }
}

/** Whether this is what the stub wrote, perhaps after something else. */
export function isAsking(stdout: string): boolean {
  return stdout.endsWith(`${STUB}\n`)
}
