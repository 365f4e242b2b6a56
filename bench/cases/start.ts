// Start-up of the program, and of programs in an environment: what every use of Tenon pays.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aimMore, aimRatio, type Case, type Contender } from '../case.ts'
import type { Command, Lab } from '../lab.ts'
import { activationFile, ENVIRONMENT, tenon, tenonProgram, warmWorkspace } from '../tenon.ts'

export const NODE = 'node -e 0'

export function nodeStart(lab: Lab): Contender {
  return { name: NODE, prepare: () => lab.timing(quiet(lab, [lab.node, '-e', '0'])) }
}

const start: Case = {
  name: 'start',
  title: '`tenon --version`, `--help`; and a verb that starts Node',
  rounds: 20,
  heavy: false,
  warmUp: true,
  aims: [aimRatio('tenon --version', NODE, 1.15), aimRatio('tenon --help', NODE, 1.15)],
  contenders: (lab) => [
    nodeStart(lab),
    ...[['--version'], ['--help'], ['help', 'switch']].map(
      (args): Contender => ({
        name: `tenon ${args.join(' ')}`,
        prepare: () => lab.timing(quiet(lab, [tenonProgram(lab), ...args])),
      }),
    ),
  ],
}

const run: Case = {
  name: 'run',
  title: '`tenon run -- true`, 550 packages',
  rounds: 20,
  heavy: false,
  warmUp: true,
  aims: [aimMore('tenon run -- true', 'true', 10)],
  contenders: (lab) => [
    { name: 'true', prepare: () => lab.timing(quiet(lab, ['/bin/true'])) },
    {
      name: 'tenon run -- true',
      prepare: () => lab.timing(tenon(lab, warmWorkspace(lab), ['run', ENVIRONMENT, '--', 'true'])),
    },
  ],
}

const activate: Case = {
  name: 'activate',
  title: 'activation of a shell, 550 packages',
  rounds: 20,
  heavy: false,
  warmUp: true,
  aims: [aimMore('source activate.bash', 'source an empty file', 5)],
  contenders: (lab) => [
    {
      name: 'source an empty file',
      prepare: () => {
        const file = join(lab.fresh('activate'), 'empty.bash')
        writeFileSync(file, '')
        return lab.timing(sourcing(lab, file, ':'))
      },
    },
    {
      name: 'source activate.bash',
      prepare: () => {
        const file = activationFile(warmWorkspace(lab))
        lab.run(sourcing(lab, file, 'case $PATH in *"/.tenon/"*) ;; *) exit 1 ;; esac'))
        return lab.timing(sourcing(lab, file, ':'))
      },
    },
  ],
}

export const STARTING: readonly Case[] = [start, run, activate]

function quiet(lab: Lab, argv: Command['argv']): Command {
  return { argv, cwd: lab.root, variables: lab.quiet }
}

function sourcing(lab: Lab, file: string, then: string): Command {
  return quiet(lab, ['bash', '--norc', '--noprofile', '-c', `source "$1"; ${then}`, 'bash', file])
}
