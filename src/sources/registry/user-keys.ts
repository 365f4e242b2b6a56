// The file of the user's own keys of registries. What its lines mean is core/trusted-keys.ts. Loads nothing that reads registries.

import { dirname } from 'node:path'
import { NO_TRUSTED_KEYS, parseTrustedKeys, type TrustedKeys } from '../../core/trusted-keys.ts'
import type { Reader } from '../../host/watch.ts'

/** The user's own keys; none where there is no such file. @throws ToolError E_CONFIG */
export function readTrustedKeys(reader: Reader, keysFile: string | null): TrustedKeys {
  const text = keysFile === null ? null : readIfThere(reader, keysFile)
  return keysFile === null || text === null ? NO_TRUSTED_KEYS : parseTrustedKeys(text.toString('utf8'), keysFile)
}

/** Of a path that leads nowhere, what is missing first is looked at: whether the rest is there follows from it. */
function readIfThere(reader: Reader, path: string): Buffer | null {
  let missing = path
  while (reader.realPath(dirname(missing)) === null) missing = dirname(missing)
  return reader.stat(missing) === null ? null : reader.readFile(path)
}
