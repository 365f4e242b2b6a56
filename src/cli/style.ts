// Colours, and whether there are any: only on a terminal, and not with `NO_COLOR` or `--no-color`.

import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

let enabled = true

/** `--no-color`. `NO_COLOR` needs nothing: Node knows it. */
export function switchColoursOff(): void {
  enabled = false
}

/** For stdout unless said otherwise. */
export function paint(format: Format, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return enabled ? styleText(format, text, { stream }) : text
}
