// What an edit is about to do, put down before it touches a file. An edit changes two, the environment file and its lock, and the rename of
// the first is its commit point: whoever comes after a crash finds the lock that belongs to it here, and the same command finishes it.
//
//   <workspace>/.tenon/edits/<env>.json

import { join } from 'node:path'
import { type Digest, digestText, isDigest } from '../core/digest.ts'
import { isToolError } from '../core/errors.ts'
import { isJsonObject, printJson } from '../core/json.ts'
import { type LockedEnvironment, parseLock } from '../core/lock.ts'
import { ifPossible } from '../host/durable.ts'
import type { ProfileContext } from './context.ts'
import { writeWorkspaceFile } from './environments.ts'

export interface UnfinishedEdit {
  /** The verb and its arguments. */
  readonly reason: string
  /** Of the file as the edit leaves it. */
  readonly file: Digest
  /** Of the lock as the edit found it; null when there was none. */
  readonly previous: Digest | null
  /** The text of the new lock. */
  readonly lock: string
}

/** Null when there is none that can be read. */
export function readUnfinishedEdit(context: ProfileContext, name: string): UnfinishedEdit | null {
  const bytes = context.host.readFile(recordPath(context, name))
  if (bytes === null) return null
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (!isJsonObject(value)) return null
    const { reason, file, previous, lock } = value
    const isWhole = typeof reason === 'string' && typeof lock === 'string' && isDigest(file)
    return isWhole && (previous === null || isDigest(previous)) ? { reason, file, previous, lock } : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** The lock that an edit was about to write, if what is there (its text) is still what the edit found. It may not satisfy the file. */
export function lockOfUnfinishedEdit(
  context: ProfileContext,
  name: string,
  found: string | null,
): LockedEnvironment | null {
  const edit = readUnfinishedEdit(context, name)
  if (edit === null || edit.previous !== (found === null ? null : digestText(found))) return null
  try {
    return parseLock(edit.lock, recordPath(context, name))
  } catch (error) {
    // Somebody else wrote the record; the lock can be made again.
    if (isToolError(error)) return null
    throw error
  }
}

/** @throws ToolError E_STORE_IO */
export function beginEdit(context: ProfileContext, name: string, edit: UnfinishedEdit): void {
  writeWorkspaceFile(context.host, context.workspace, recordPath(context, name), printJson({ ...edit }))
}

/** One that stays behind is only a record of what was done. */
export function endEdit(context: ProfileContext, name: string): void {
  ifPossible(() => {
    if (context.host.stat(recordPath(context, name)) !== null) context.host.unlink(recordPath(context, name))
  })
}

function recordPath({ workspace }: ProfileContext, name: string): string {
  return join(workspace.root, '.tenon', 'edits', `${name}.json`)
}
