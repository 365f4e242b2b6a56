// Numbers on the command line.

import { InvalidArgumentError } from 'commander'

export function wholeNumber(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new InvalidArgumentError(`\`${text}\` is not a whole number.`)
  return Number(text)
}
