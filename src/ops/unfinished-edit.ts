// What an edit is about to do, put down before it touches a file. An edit changes two, the environment file and its lock, and the rename of
// the first is its commit point: whoever comes after a crash finds the lock that belongs to it here, and the same command finishes it.
//
//   <workspace>/.tenon/edits/<env>.json          the record
//   <workspace>/.tenon/edits/<name of a file>    that file as it was, by a second name

import { basename, dirname, join } from 'node:path'
import { type Digest, digestText, isDigest } from '../core/digest.ts'
import { isToolError, systemCode } from '../core/errors.ts'
import { isJsonObject, printJson } from '../core/json.ts'
import { type LockedEnvironment, parseLock } from '../core/lock.ts'
import { ifPossible, makeDirectories } from '../host/durable.ts'
import type { ProfileContext } from './context.ts'
import { writeWorkspaceFile } from './environments.ts'

const EDITS = '.tenon/edits'

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

/** A file that an edit changes, before and after; the same text means that it stays. */
export interface Change {
  readonly path: string
  /** Null when there is none. */
  readonly old: string | null
  readonly text: string
}

/** An edit whose files are written. */
export interface WrittenEdit {
  /** Puts both files back, unless somebody else wrote them meanwhile. What cannot be put back the same command finishes. */
  undo(): void
  /** There is nothing left to do or to undo. */
  end(): void
}

/** Writes both, or, when that fails, neither. @throws ToolError E_STORE_IO */
export function writeEdit(
  context: ProfileContext,
  name: string,
  edit: { readonly reason: string; readonly file: Change; readonly lock: Change },
): WrittenEdit {
  const { reason, file, lock } = edit
  const { host, workspace } = context
  const changes = [file, lock].filter((change) => change.old !== change.text)
  const asides = new Map(changes.map((change) => [change, keepAside(context, change)]))
  const end = (): void => {
    // What stays behind only says what was done.
    for (const path of [recordPath(context, name), ...asides.values()]) {
      ifPossible(() => {
        if (path !== null && host.stat(path) !== null) host.unlink(path)
      })
    }
  }
  const undo = (): void => {
    try {
      // The lock first: that of a new file can still be found.
      for (const change of changes.toReversed()) putBack(context, change, asides.get(change) ?? null)
      end()
    } catch (error) {
      // Why it is undone is what counts.
      if (!isToolError(error) && systemCode(error) === null) throw error
    }
  }
  try {
    if (changes.includes(file)) {
      const previous = lock.old === null ? null : digestText(lock.old)
      const record = { reason, file: digestText(file.text), previous, lock: lock.text }
      writeWorkspaceFile(host, workspace, recordPath(context, name), printJson(record))
    }
    // Commit point: the first of these; from here on the file says so, and the lock that belongs to it is known.
    for (const { path, text } of changes) writeWorkspaceFile(host, workspace, path, text)
  } catch (error) {
    undo()
    throw error
  }
  return { undo, end }
}

/** Gives a file a second name, so that it can be put back where there is no room to write it again. Null where that cannot be. */
function keepAside({ host, workspace }: ProfileContext, { path, old }: Change): string | null {
  const aside = join(workspace.root, EDITS, basename(path))
  let isKept = false
  ifPossible(() => {
    makeDirectories(host, dirname(aside))
    if (host.stat(aside) !== null) host.unlink(aside)
    if (old === null) return
    host.hardLink(path, aside)
    isKept = true
  })
  return isKept ? aside : null
}

function putBack({ host, workspace }: ProfileContext, { path, old, text }: Change, aside: string | null): void {
  if (host.readFile(path)?.toString('utf8') !== text) return
  if (old === null) host.unlink(path)
  else if (aside !== null && host.readFile(aside)?.toString('utf8') === old) host.rename(aside, path)
  else writeWorkspaceFile(host, workspace, path, old)
}

function recordPath({ workspace }: ProfileContext, name: string): string {
  return join(workspace.root, EDITS, `${name}.json`)
}
