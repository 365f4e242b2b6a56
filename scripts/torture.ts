// `npm run torture`: kills the real program at random moments, many processes at once, for as long as one likes; CONTRIBUTING.md says how.
// Leaves the directory where it happened when something was found wrong.

import { mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { NodeHost } from '../src/host/node-host.ts'
import { removeTree } from '../src/store/tree.ts'
import { type TortureReport, torture } from '../test/support/torture.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    processes: { type: 'string', default: '12' },
    workspaces: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    directory: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
  },
})
const root = realpathSync(mkdtempSync(join(values.directory, 'tenon-torture-')))
const say = (text: string): void => void process.stderr.write(`${text}\n`)
say(`seed ${values.seed}, ${values.processes} processes, in ${root}`)

const report = await torture({
  root,
  program: join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'tenon'),
  seed: Number(values.seed),
  processes: Number(values.processes),
  workspaces: Number(values.workspaces),
  rounds: Number.MAX_SAFE_INTEGER,
  stepsPerRound: 8,
  until: Date.now() + Number(values.minutes) * 60_000,
  onRound: (round, { verbs, problems }) => {
    const all = Object.values(verbs)
    const killed = all.reduce((sum, verb) => sum + verb.killed, 0)
    say(
      `round ${round}: ${all.reduce((sum, verb) => sum + verb.started, 0)} commands, ${killed} killed, ${problems.length} problems`,
    )
  },
})
process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : table(report))
if (report.problems.length === 0) removeTree(new NodeHost(), root)
else say(`left as it is: ${root}`)
process.exitCode = report.problems.length === 0 ? 0 : 1

function table({ verbs, rounds, generations, objects, problems }: TortureReport): string {
  const row = (cells: readonly (string | number)[]) =>
    cells.map((cell, index) => (index === 0 ? String(cell).padEnd(20) : String(cell).padStart(9))).join('')
  const lines = [row(['verb', 'started', 'killed', 'done', 'busy', 'refused'])]
  for (const [name, { started, killed, done, busy, refused }] of Object.entries(verbs)) {
    lines.push(row([name, started, killed, done, busy, refused]))
  }
  lines.push(
    `${rounds} rounds; ${generations} generations and ${objects} objects at the end; ${problems.length} problems`,
  )
  return `${[...lines, ...problems].join('\n')}\n`
}
