// Writes to the terminal without Node's streams, which cost a quick verb a tenth of its time to load.

import { fstatSync, writeSync } from 'node:fs'
import { asStoreError, systemCode } from '../core/errors.ts'

const FULL_FOR_MS = 1

/** False for a pipe or a file. What is a terminal Node's streams know, which take longer to load than this to look. */
export function mayBeTerminal(descriptor: 1 | 2): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice()
  } catch (error) {
    // It may be closed.
    if (systemCode(error) === null) throw error
    return false
  }
}

/**
 * Everything, before it returns. A reader that went away (`| head`, a closed terminal) is no error, and talk (2) that cannot be
 * written is none either: then it returns false, and nothing more will be read.
 * @throws ToolError E_STORE_IO, say when the disk is full
 */
export function writeNow(descriptor: 1 | 2, content: string | Uint8Array): boolean {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      const code = systemCode(error)
      if (descriptor === 2 ? code !== 'EAGAIN' : code === 'EPIPE' || code === 'EIO') return false
      // A terminal or pipe that somebody made non-blocking is full for a moment.
      if (code !== 'EAGAIN') throw asStoreError(error, 'write the output')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_FOR_MS)
    }
  }
  return true
}
