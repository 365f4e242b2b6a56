// Whether the keys that are wanted now had signed what a lock was made of. They may have been added since, by the file or by the user.

import type { Environment } from '../core/environment.ts'
import type { LockedEnvironment } from '../core/lock.ts'
import type { Reader } from '../host/watch.ts'
import type { Context } from './context.ts'

/**
 * Tells it of the registries of a lock. The user's own keys are asked of `reader`, at once, and only where the environment has registries.
 * @throws ToolError E_CONFIG
 */
export async function voucher(
  { keysFile, workspace }: Context,
  { keys, registries: declared }: Environment,
  reader: Reader,
): Promise<(registries: LockedEnvironment['registries']) => boolean> {
  if (Object.keys(declared).length === 0) return () => true
  const { areVouchedFor } = await import('../core/trusted-keys.ts')
  const { readTrustedKeys } = await import('../sources/registry/user-keys.ts')
  const ring = { keys, trusted: readTrustedKeys(reader, keysFile), workspace: workspace.root }
  return (registries) => areVouchedFor(registries ?? {}, ring)
}
