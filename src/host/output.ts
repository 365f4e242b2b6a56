// Writes to the terminal without Node's streams, which cost a quick verb a tenth of its time to load.

import { writeSync } from 'node:fs'
import { asStoreError, systemCode } from '../core/errors.ts'

/**
 * Everything, before it returns. A reader that went away (`| head`, a closed terminal) is no error, and talk (2) that cannot be
 * written is none either.
 * @throws ToolError E_STORE_IO, say when the disk is full
 */
export function writeNow(descriptor: 1 | 2, text: string): void {
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      const code = systemCode(error)
      if (descriptor === 2 ? code !== 'EAGAIN' : code === 'EPIPE' || code === 'EIO') return
      // A terminal or pipe that somebody made non-blocking is full for a moment.
      if (code !== 'EAGAIN') throw asStoreError(error, 'write the output')
    }
  }
}
