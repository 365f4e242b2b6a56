// Writes to the terminal without Node's streams, which cost a quick verb a tenth of its time to load.

import { writeSync } from 'node:fs'

/** Everything, before it returns. A reader that went away (`| head`) is no error. */
export function writeNow(descriptor: 1 | 2, text: string): void {
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'EPIPE') return
      // A terminal or pipe that somebody made non-blocking is full for a moment.
      if (code !== 'EAGAIN') throw error
    }
  }
}
