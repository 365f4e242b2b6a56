// Solving over a registry that is local already: Tenon's solver over files, uv over its cache, the same graph; and Tenon's solver over a small one that is
// hard, for its memory. Everything is a whole process.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aimValue, type Case, type Contender } from '../case.ts'
import type { Command, Lab } from '../lab.ts'
import {
  type Graph,
  HARD_ROOTS,
  makeGraph,
  makeHardGraph,
  PACKAGES,
  ROOTS,
  VERSIONS,
  writeGraph,
} from '../solve-registry.ts'
import { partsProgram } from '../tenon.ts'

const UV_VERSION = '0.13.9'
const TENON = "Tenon's solver, a file per package"
const TENON_HARD = "Tenon's solver, 200 packages that clash, thousands of steps back"
const UV = 'uv pip compile --offline, warm cache'

const solve: Case = {
  name: 'solve',
  title: `choose about 300 of ${PACKAGES.toLocaleString('en')} packages × ${VERSIONS} versions, the index local`,
  rounds: 10,
  heavy: false,
  warmUp: true,
  // Issue 4: at most a second once the index is local, and never more than 512 MB.
  aims: [aimValue(TENON, 'wall', 1000), aimValue(TENON, 'memory', 512), aimValue(TENON_HARD, 'memory', 512)],
  contenders: (lab) => [
    tenonSolver(lab, TENON, makeGraph, ROOTS),
    uv(lab),
    tenonSolver(lab, TENON_HARD, makeHardGraph, HARD_ROOTS),
  ],
}

export const SOLVING: readonly Case[] = [solve]

/** `solve` is the part of the wall clock that the solver took, reading files included; the rest is Node. */
function tenonSolver(lab: Lab, name: string, make: () => Graph, roots: readonly string[]): Contender {
  return {
    name,
    prepare: () => {
      const command = partsProgram(lab, 'solve', [writeGraph(lab, make()), ...roots])
      const output = join(lab.fresh(lab.unique('solve')), 'outcome.json')
      const writing = shell(command, 'exec "$@" > "$OUTPUT"', { OUTPUT: output })
      return () => {
        const sample = lab.timeAndMemory(writing)
        const { solve: took, chosen } = JSON.parse(readFileSync(output, 'utf8'))
        return { ...sample, solve: Number(took), chosen: Number(chosen) }
      }
    },
  }
}

function uv(lab: Lab): Contender {
  return {
    name: UV,
    prepare: () => {
      const program = installUv(lab)
      const directory = lab.fresh('uv')
      const requirements = join(directory, 'requirements.in')
      const solution = join(directory, 'solution.txt')
      writeFileSync(requirements, `${ROOTS.join('\n')}\n`)
      const fixed = ['--cache-dir', join(directory, 'cache'), '--no-config', '--no-header', '--no-annotate']
      const argv = [program, 'pip', 'compile', ...fixed, '--quiet', '-o', solution] as const
      const address = join(directory, 'address')
      // The index is served only while the cache is filled; from then on nothing but its address is known.
      const fill = [
        '"$NODE" "$SERVER" > "$ADDRESS" & server=$!',
        'until [ -s "$ADDRESS" ]; do sleep 0.05; done',
        '"$@" --index-url "$(cat "$ADDRESS")"; ended=$?',
        'kill $server; exit $ended',
      ].join('\n')
      const [node, server = ''] = partsProgram(lab, 'python-index', []).argv
      const command: Command = { argv: [...argv, requirements], cwd: directory, variables: lab.quiet }
      lab.run(shell(command, fill, { NODE: node, SERVER: server, ADDRESS: address }))
      const index = readFileSync(address, 'utf8').trim()
      const offline: Command = { ...command, argv: [...argv, requirements, '--offline', '--index-url', index] }
      return () => {
        // What is there already would be preferred, as a lock is.
        writeFileSync(solution, '')
        const sample = lab.timeAndMemory(offline)
        return { ...sample, chosen: readFileSync(solution, 'utf8').trim().split('\n').length }
      }
    },
  }
}

function installUv(lab: Lab): string {
  return lab.once('uv', () => {
    const directory = lab.fresh('uv-program')
    const pip = ['python3', '-m', 'pip', 'install', '--quiet', '--target', directory, `uv==${UV_VERSION}`] as const
    lab.run({ argv: pip, cwd: directory, variables: lab.online })
    const program = join(directory, 'bin/uv')
    if (!existsSync(program)) throw new Error('peer missing: install uv')
    return program
  })
}

function shell(command: Command, script: string, variables: Readonly<Record<string, string>>): Command {
  return {
    ...command,
    argv: ['sh', '-c', script, 'sh', ...command.argv],
    variables: { ...command.variables, ...variables },
  }
}
