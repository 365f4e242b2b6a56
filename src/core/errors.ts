// The catalogue of errors a user can meet, and the one class that carries them. Names are permanent. `docs/errors.md` is
// generated from it. Rendering is cli/render-error.ts; nothing here prints.

import type { JsonObject } from './json.ts'

export interface ErrorSpec {
  /** One sentence, shown by `tenon explain`. */
  readonly title: string
  /** A sysexits code. */
  readonly exit: number
  readonly http: number
  readonly retryable: boolean
  /** Why it happens and what to do: a short paragraph for `tenon explain`. */
  readonly explanation: string
}

function spec(title: string, exit: number, http: number, explanation: string, retryable = false): ErrorSpec {
  return { title, exit, http, retryable, explanation }
}

export const ERRORS = {
  E_USAGE: spec(
    'The command line is wrong.',
    64,
    400,
    'A verb, option or argument is unknown or missing. `tenon help VERB` shows what the verb takes.',
  ),
  E_CONFIG: spec(
    'The configuration of Tenon or of a package manager it reads is wrong.',
    78,
    500,
    "An environment variable of Tenon, or npm's own `.npmrc`, holds a value that cannot be used. `tenon doctor` shows what is read from where.",
  ),
  E_WORKSPACE_NOT_FOUND: spec(
    'There is no workspace here.',
    66,
    404,
    'A workspace is the nearest directory, this one or one above, that holds `environments/`. `tenon init` makes one.',
  ),
  E_EXISTS: spec(
    'It is there already.',
    73,
    409,
    'Tenon never overwrites a file that it did not write itself. Remove it, or choose another name.',
  ),
  E_ENV_NOT_FOUND: spec(
    'There is no such environment file.',
    66,
    404,
    'Environments are `environments/<name>.yaml`. `tenon env list` shows them, `tenon env create NAME` makes one.',
  ),
  E_ENV_SYNTAX: spec(
    'The environment file is not readable YAML.',
    65,
    400,
    'The position of each fault is given. Nothing was changed.',
  ),
  E_ENV_INVALID: spec(
    'The environment file breaks a rule.',
    65,
    422,
    'Each fault is given with its position and the rule of flake-like.spec.md that it breaks. Nothing was changed.',
  ),
  E_PACKAGE_INVALID: spec(
    'A package file breaks a rule.',
    65,
    422,
    'Each fault of the `package.yaml` is given with its position and the rule of flake-like.spec.md that it breaks. Nothing was changed.',
  ),
  E_REGISTRY_INVALID: spec(
    'A file of a registry is not as it should be.',
    76,
    502,
    'It is not of the format of registries, not what the root record says, or asks for what it must not. Nothing of it was used.',
  ),
  E_REGISTRY_NOT_FOUND: spec(
    'There is no registry at that place.',
    66,
    422,
    'A registry is a directory, or an address of a web host or a git repository, that has a `registry.json`.',
  ),
  E_REGISTRY_UNSIGNED: spec(
    'A registry is not signed by a key that is trusted.',
    76,
    502,
    'The environment file names the keys that a registry must be signed with. Nothing of it was used.',
  ),
  E_REGISTRY_OLDER: spec(
    'A registry is older than it was before.',
    76,
    502,
    'Its serial only ever rises, so this is a mirror that is behind, or an attempt to hide newer versions. Nothing of it was used.',
  ),
  E_LOCK_MISSING: spec(
    'There is no lock file, and `--frozen` forbids making one.',
    66,
    409,
    'Run `tenon lock` and commit the lock file.',
  ),
  E_LOCK_STALE: spec(
    'The lock file does not satisfy the environment file, and `--frozen` forbids changing it.',
    65,
    409,
    'Run `tenon lock` and commit the result.',
  ),
  E_LOCK_INVALID: spec(
    'The lock file is damaged.',
    65,
    422,
    'It was edited by hand, or is not a lock file. Restore it from git, or delete it and run `tenon lock`.',
  ),
  E_LOCK_TOO_NEW: spec(
    'The lock file was written by a newer Tenon.',
    65,
    422,
    'Its `schema` number is higher than this version reads. Update Tenon.',
  ),
  E_UNSUPPORTED: spec(
    'This version of Tenon does not do that yet.',
    69,
    501,
    'The file is understood, but a part that it asks for is not built yet, or is refused on purpose; the message says which.',
  ),
  E_PACKAGE_NOT_FOUND: spec(
    'No package of that name, or no version in that range.',
    65,
    422,
    'The registry was reached and does not have it. Check the name, the range and, for private packages, the registry in `.npmrc`.',
  ),
  E_RESOLVE_CONFLICT: spec(
    'No set of versions satisfies all requirements.',
    65,
    422,
    'The message names the requirements that exclude each other.',
  ),
  E_SYSTEM_UNSUPPORTED: spec(
    'A package does not run on a system of the environment.',
    65,
    422,
    'A package that is needed says that it does not support a system in `systems`. Remove the system or the package.',
  ),
  E_SOURCE_UNAVAILABLE: spec(
    'A registry or download host did not answer.',
    69,
    502,
    'It was tried several times. What is locked and cached keeps working without it (`--offline`).',
    true,
  ),
  E_SOURCE_INVALID: spec(
    'A registry answered something that makes no sense.',
    76,
    502,
    'The answer is not what the protocol says. Nothing of it was used.',
  ),
  E_OFFLINE: spec(
    'The network is needed, and `--offline` forbids it.',
    69,
    503,
    'Something is neither locked nor cached yet. Run once without `--offline`.',
  ),
  E_AUTH: spec(
    'A registry refused us.',
    77,
    502,
    'The credentials in `.npmrc` are missing, wrong or expired. `npm login` renews them.',
  ),
  E_INTEGRITY: spec(
    'Bytes differ from what the lock says.',
    76,
    502,
    'A download or a local directory is not what was locked. Nothing of it was used. If the change is meant, lock again.',
  ),
  E_ARCHIVE_UNSAFE: spec(
    'An archive tries something it must not.',
    76,
    502,
    'It names a place outside itself, a device, a link out, or is far larger than is sensible. Nothing of it was used.',
  ),
  E_CHECK_FAILED: spec(
    'A check of the environment failed.',
    1,
    500,
    'A command under `checks` failed on the new tree, so it was not made current.',
  ),
  E_COLLISION: spec(
    'Two packages give the same path.',
    65,
    409,
    'Give one of them a higher `priority` in the environment file, or remove one.',
  ),
  E_LINK_BLOCKED: spec(
    'A place named under `links` holds something that Tenon did not make.',
    73,
    409,
    'Tenon never replaces it. Move it away, then switch again.',
  ),
  E_STORE_INVALID_PATH: spec(
    'That is not a store path.',
    65,
    400,
    'A store path is `<hash>-<name>`, as `tenon store closure` prints them.',
  ),
  E_STORE_CORRUPT: spec(
    'A store object differs from its name.',
    74,
    500,
    '`tenon store verify` lists every such object. Nothing is repaired silently.',
  ),
  E_STORE_BUSY: spec(
    'Another process holds the store.',
    75,
    503,
    'A garbage collection or another switch of the same environment is running. Try again.',
    true,
  ),
  E_STORE_IO: spec(
    'The store could not be read or written.',
    74,
    500,
    'The disk is full or read-only, or permissions forbid it; the cause names the system error.',
  ),
  E_PROFILE_NOT_FOUND: spec('That environment has no generation yet.', 66, 404, '`tenon switch` makes the first one.'),
  E_GENERATION_NOT_FOUND: spec('There is no such generation.', 66, 404, '`tenon generations` lists them.'),
  E_GENERATION_CURRENT: spec('The current generation cannot be forgotten.', 65, 409, 'Switch to another one first.'),
  E_COMMAND_NOT_FOUND: spec(
    'The command to run was not found.',
    127,
    404,
    'It is neither in the environment nor on PATH. `tenon list` shows what the environment has.',
  ),
  E_CANCELLED: spec('It was stopped.', 130, 499, 'Ctrl-C or a termination signal. What was current is still current.'),
  E_INTERNAL: spec('A bug in Tenon.', 70, 500, 'Please report it with the message and the stack.'),
} as const satisfies Record<`E_${string}`, ErrorSpec>

export type ErrorCode = keyof typeof ERRORS

export interface ToolErrorOptions {
  /** Facts: path, pointer, url (redacted), wanted, found, … */
  readonly details?: JsonObject
  /** One next action, preferably a command; null if we know none. */
  readonly hint?: string | null
  readonly cause?: unknown
}

/** Everything a user can meet. Anything else that is thrown is a bug and becomes E_INTERNAL at the edge. */
export class ToolError extends Error {
  readonly code: ErrorCode
  readonly details: JsonObject
  readonly hint: string | null

  constructor(code: ErrorCode, message: string, options: ToolErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ToolError'
    this.code = code
    this.details = options.details ?? {}
    this.hint = options.hint ?? null
  }
}

export function isToolError(error: unknown, code?: ErrorCode): error is ToolError {
  return error instanceof ToolError && (code === undefined || error.code === code)
}

/** The system's own code (`ENOENT`) of an error thrown by the host; null for any other error. */
export function systemCode(error: unknown): string | null {
  const code = error instanceof Error ? (error as { code?: unknown }).code : null
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : null
}

const STORE_IO_REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EFBIG: 'a file is larger than any file may be',
  ENAMETOOLONG: 'a path is longer than the system allows',
  ESPIPE: 'a pipe is in the place of a file',
  ENXIO: 'a socket, or a device that is not there, is in the place of a file',
  EISDIR: 'a directory is in the place of a file',
  ENOTDIR: 'a file is in the place of a directory',
  ENOLINK: 'a link leads to what is not there',
  ELOOP: 'links lead in a circle',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission was denied',
  EPERM: 'the operation is not permitted',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open in the system',
  EIO: 'the disk reports an error',
}

const FREE_SPACE = 'Free some space, for example with `tenon gc`, and run the same command again.'
const OWNER = 'A store and a workspace belong to the user who made them; `tenon doctor` shows which are used.'
const STORE_IO_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: FREE_SPACE,
  EDQUOT: FREE_SPACE,
  EACCES: OWNER,
  EPERM: OWNER,
}

/** Whether the disk or its permissions refused, which no program can help. */
export function isStorageError(error: unknown): boolean {
  return STORE_IO_REASONS[systemCode(error) ?? ''] !== undefined
}

/** Turns a system error met while reading or writing the store into E_STORE_IO; passes every other error through. */
export function asStoreError(error: unknown, doing: string): unknown {
  const code = systemCode(error)
  if (error instanceof ToolError || code === null) return error
  const path = (error as { path?: unknown }).path
  const reason = STORE_IO_REASONS[code] ?? `the system says ${code}`
  return new ToolError('E_STORE_IO', `Could not ${doing}: ${reason}.`, {
    details: { errno: code, path: typeof path === 'string' ? path : null },
    hint: STORE_IO_HINTS[code] ?? null,
    cause: error,
  })
}
