// Draws progress: one line on a terminal, nothing in a pipe but warnings. `ora` does the drawing and is loaded only when needed.

import { styleText } from 'node:util'
import type { Event, Report, Stage } from '../core/event.ts'

const TITLES: Readonly<Record<Stage, string>> = {
  lock: 'Choosing versions',
  fetch: 'Fetching',
  build: 'Building',
  compose: 'Composing',
  check: 'Checking',
  switch: 'Switching',
  verify: 'Verifying',
  gc: 'Collecting',
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

export function createProgress(options: { readonly quiet: boolean }): Progress {
  const isTerminal = process.stderr.isTTY === true && !options.quiet
  let line: Line | null = null
  let stopped = false
  let text = ''
  if (isTerminal) {
    void import('ora').then(({ default: ora }) => {
      if (stopped) return
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
    process.stderr.write(message)
    if (wasSpinning) line?.start()
  }
  return {
    report: (event: Event) => {
      if (event.kind === 'warning') {
        say(
          `${styleText('yellow', 'warning', { stream: process.stderr })}: ${event.message}\n${event.hint === null ? '' : `  ${event.hint}\n`}`,
        )
      } else if (event.kind === 'note') {
        if (!options.quiet) say(`${event.message}\n`)
      } else if (event.kind === 'stage') {
        show(event.total === null ? `${TITLES[event.stage]} …` : `${TITLES[event.stage]} 0/${event.total}`)
      } else {
        const size = event.bytes > 0 ? ` · ${printBytes(event.bytes)}` : ''
        show(`${TITLES[event.stage]} ${event.done}/${event.total}${size}`)
      }
    },
    stop: () => {
      stopped = true
      line?.stop()
    },
  }
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
