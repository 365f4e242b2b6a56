// Draws progress: one line on a terminal, nothing in a pipe but warnings and notes. `ora` does the drawing and is loaded only when
// needed.

import type { Event, Report, Stage } from '../core/event.ts'
import type { JsonObject } from '../core/json.ts'
import { mayBeTerminal, writeNow } from '../host/output.ts'
import { paint } from './style.ts'

const TITLES: Readonly<Record<Stage, string>> = {
  lock: 'Choosing versions',
  fetch: 'Fetching',
  build: 'Building',
  compose: 'Composing',
  check: 'Checking',
  switch: 'Switching',
  verify: 'Verifying',
  gc: 'Collecting',
  optimise: 'Sharing files',
}

export interface Progress {
  readonly report: Report
  readonly stop: () => void
}

interface Line {
  text: string
  start(): unknown
  stop(): unknown
  readonly isSpinning: boolean
}

export function createProgress(options: { readonly quiet: boolean; readonly json: boolean }): Progress {
  // A terminal without columns, as some programs make them, cannot be drawn on.
  const isWanted = !options.quiet && !options.json && mayBeTerminal(2)
  const isTerminal = isWanted && process.stderr.isTTY === true && process.stderr.columns > 0
  let line: Line | null = null
  let stopped = false
  let text = ''
  if (isTerminal) {
    void import('ora').then(({ default: ora }) => {
      if (stopped) return
      // It may be closed at any time.
      process.stderr.on('error', () => undefined)
      line = ora({ stream: process.stderr, discardStdin: false, text })
      if (text !== '') line.start()
    })
  }
  const show = (next: string) => {
    text = next
    if (line === null) return
    line.text = next
    if (!line.isSpinning) line.start()
  }
  const say = (message: string) => {
    const wasSpinning = line?.isSpinning === true
    line?.stop()
    writeNow(2, message)
    if (wasSpinning) line?.start()
  }
  return {
    report: (event: Event) => {
      if (event.kind === 'warning' || event.kind === 'note') {
        if (options.json) say(`${JSON.stringify(documentOf(event))}\n`)
        else if (!options.quiet) say(textOf(event))
      } else if (event.kind === 'stage') {
        show(event.total === null ? `${TITLES[event.stage]} …` : `${TITLES[event.stage]} 0/${event.total}`)
      } else {
        const size = event.bytes > 0 ? ` · ${printBytes(event.bytes)}` : ''
        show(`${TITLES[event.stage]} ${event.done}/${event.total}${size}`)
      }
    },
    stop: () => {
      stopped = true
      // What never started has nothing to take away, and would move the cursor.
      if (line?.isSpinning === true) line.stop()
    },
  }
}

type Message = Extract<Event, { readonly kind: 'warning' | 'note' }>

/** With `--json` every line of stderr is a document. */
function documentOf(event: Message): JsonObject {
  return event.kind === 'note'
    ? { note: { message: event.message } }
    : { warning: { message: event.message, hint: event.hint } }
}

function textOf(event: Message): string {
  if (event.kind === 'note') return `${event.message}\n`
  const hint = event.hint === null ? '' : `  ${event.hint}\n`
  return `${paint('yellow', 'warning', 2)}: ${event.message}\n${hint}`
}

export function printBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes / 1000
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}
