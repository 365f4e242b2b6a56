// Files of the program itself, as opposed to the user's.

import { readFileSync } from 'node:fs'

/** From package.json; only unbuilt sources need it. */
export function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return String((JSON.parse(text) as { version: unknown }).version)
}
