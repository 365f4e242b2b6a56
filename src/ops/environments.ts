// The environment files of a workspace: find, list, create, copy, delete. What is in them is read-environment.ts.

import { dirname, join, relative } from 'node:path'
import { asStoreError, systemCode, ToolError } from '../core/errors.ts'
import { compareCodePoints } from '../core/json.ts'
import { didYouMean } from '../core/nearest.ts'
import { ifPossible, makeDirectories, writeFileAtomic } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import { ensureStateDirectory, type Workspace } from '../profile/workspace.ts'
import { existingProfile, type ProfileContext } from './context.ts'

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/

export function environmentPath(workspace: Workspace, name: string): string {
  return join(workspace.root, 'environments', `${name}.yaml`)
}

export function lockPath(workspace: Workspace, name: string): string {
  return join(workspace.root, 'environments', `${name}.lock.json`)
}

/** Sorted names. */
export function listEnvironments(host: Host, workspace: Workspace): readonly string[] {
  return host
    .readDirectory(join(workspace.root, 'environments'))
    .filter((entry) => entry.name.endsWith('.yaml') && entry.kind !== 'directory')
    .map((entry) => entry.name.slice(0, -'.yaml'.length))
    .filter((name) => NAME.test(name))
    .sort(compareCodePoints)
}

/** @throws ToolError E_USAGE for a name that no file may have, E_ENV_NOT_FOUND */
export function requireEnvironmentFile(
  host: Host,
  workspace: Workspace,
  name: string,
  otherwise = `tenon env create ${name}`,
): string {
  checkName(name)
  const path = environmentPath(workspace, name)
  if (host.stat(path) !== null) return path
  const known = listEnvironments(host, workspace)
  throw new ToolError('E_ENV_NOT_FOUND', `There is no \`environments/${name}.yaml\` in \`${workspace.root}\`.`, {
    details: { path, environments: known },
    hint: didYouMean(name, known) ?? otherwise,
  })
}

/** @throws ToolError E_EXISTS, E_STORE_IO */
export function createEnvironment(host: Host, workspace: Workspace, name: string, text: string): string {
  const path = requireFreeName(host, workspace, name)
  writeWorkspaceFile(host, workspace, path, text)
  return path
}

/** @throws ToolError E_ENV_NOT_FOUND, E_EXISTS, E_STORE_IO */
export function copyEnvironment(host: Host, workspace: Workspace, from: string, to: string): string {
  const source = requireEnvironmentFile(host, workspace, from, 'tenon env list')
  const path = requireFreeName(host, workspace, to)
  const text = (host.readFile(source) as Buffer).toString('utf8')
  const lock = host.readFile(lockPath(workspace, from))
  try {
    // Before the file, without which it is nothing.
    if (lock !== null) writeWorkspaceFile(host, workspace, lockPath(workspace, to), lock.toString('utf8'))
    // Commit point: the environment exists from here on.
    writeWorkspaceFile(host, workspace, path, text)
  } catch (error) {
    if (lock !== null && host.stat(path) === null) ifPossible(() => host.unlink(lockPath(workspace, to)))
    throw error
  }
  return path
}

function requireFreeName(host: Host, workspace: Workspace, name: string): string {
  checkName(name)
  const path = environmentPath(workspace, name)
  if (host.stat(path) === null) return path
  throw new ToolError('E_EXISTS', `\`environments/${name}.yaml\` is there already.`, {
    details: { path },
    hint: 'Choose another name; `tenon env list` shows those that are taken.',
  })
}

/** Whole or not at all; what a crash leaves lies in `.tenon/`, not among the files that people keep. @throws ToolError E_STORE_IO */
export function writeWorkspaceFile(host: Host, workspace: Workspace, path: string, text: string): void {
  try {
    makeDirectories(host, dirname(path))
    try {
      writeFileAtomic(host, path, text, { temporary: ensureStateDirectory(host, workspace) })
    } catch (error) {
      // `environments/` may be another file system.
      if (systemCode(error) !== 'EXDEV') throw error
      writeFileAtomic(host, path, text)
    }
  } catch (error) {
    throw asStoreError(error, `write \`${relative(workspace.root, path)}\``)
  }
}

/**
 * Deletes the file and its lock. The next collection forgets the generations, unless the file is back by then. What a run that was killed
 * left to do, the next one does, so that only an environment of which nothing is left is not found.
 * @throws ToolError E_ENV_NOT_FOUND, E_STORE_IO
 */
export function deleteEnvironment(context: ProfileContext, name: string): readonly string[] {
  const { host, workspace } = context
  checkName(name)
  const profile = existingProfile(context, name)
  const paths = [environmentPath(workspace, name), lockPath(workspace, name)].filter((path) => host.stat(path) !== null)
  if (paths.length === 0 && (profile === null || profile.isMarkedDeleted()))
    requireEnvironmentFile(host, workspace, name, 'tenon env list')
  try {
    // Commit point: the first of these, the file; the environment is gone.
    for (const path of paths) host.unlink(path)
    // Last: a mark beside a file that is still there would count when the file goes for another reason.
    profile?.markDeleted()
  } catch (error) {
    throw asStoreError(error, `delete environment \`${name}\``)
  }
  return paths.map((path) => relative(workspace.root, path))
}

/** What `init` and `env create` write. */
export function environmentTemplate(name: string): string {
  return `# yaml-language-server: $schema=${SCHEMA_PLACE}
# ${name}: edit, then \`tenon switch${name === 'default' ? '' : ` ${name}`}\`
tenon: 1
packages:
`
}

/** Where `init` puts the schema, seen from an environment file. */
export const SCHEMA_PLACE = '../.tenon/environment.schema.json'

function checkName(name: string): void {
  if (NAME.test(name)) return
  throw new ToolError('E_USAGE', `\`${name}\` cannot be the name of an environment.`, {
    details: { name },
    hint: 'Use lower-case letters, digits, `.`, `_` and `-`, beginning with a letter or digit.',
  })
}
