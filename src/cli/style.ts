// Colours, and whether there are any: only on a terminal, or with `FORCE_COLOR`, and not with `NO_COLOR` or `--no-color`.

import { styleText } from 'node:util'
import { mayBeTerminal } from '../host/output.ts'
import { areColoursForced } from './config.ts'

type Format = Parameters<typeof styleText>[0]

let enabled = true

/** `--no-color`. `NO_COLOR` needs nothing: Node knows it. */
export function switchColoursOff(): void {
  enabled = false
}

/** For stdout unless said otherwise. */
export function paint(format: Format, text: string, descriptor: 1 | 2 = 1): string {
  if (!enabled || !(mayBeTerminal(descriptor) || areColoursForced())) return text
  // Asking for a stream of Node's loads all streams: not for what goes into a pipe or a file.
  return styleText(format, text, { stream: descriptor === 1 ? process.stdout : process.stderr })
}
