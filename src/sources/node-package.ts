// What Node.js packages have in common, wherever they come from: names, commands, and how they lie in a store object so that
// CommonJS, ESM, `exports` and type look-up find what they look for. Reading package.json files is not done here.
//
// A store object of one package:   node_modules/<name>/…            its files
//                                  node_modules/<dependency>        a link into the dependency's object
//   of packages that need each other, for each of them the same below `<name>@<version>/`.

import { ToolError } from '../core/errors.ts'
import { compareCodePoints, isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { isSafeRelative } from '../core/lock.ts'

/** Command → file within the package. */
export type Commands = { readonly [command: string]: string }

/** Names that npm ever allowed and that are safe as a path: `name` or `@scope/name`, nothing hidden, nothing that needs quoting in a URL. */
export function isPackageName(value: string): boolean {
  if (value.length > 214) return false
  const parts = value.split('/')
  const [scope, name] = parts.length === 2 ? parts : ['@', value]
  return scope?.startsWith('@') === true && (parts.length === 1 || isNamePart(scope.slice(1))) && isNamePart(name)
}

function isNamePart(part: string | undefined): boolean {
  return (
    part !== undefined &&
    part !== '' &&
    !/^[._@]/.test(part) &&
    encodeURIComponent(part) === part &&
    part !== 'node_modules' &&
    part !== 'favicon.ico'
  )
}

/**
 * The `bin` of a package.json as npm reads it: a text names one command after the package. Commands or files that could lead out
 * of their directory are left out, as npm does.
 */
export function readCommands(name: string, bin: unknown): Commands {
  const pairs: readonly (readonly [string, unknown])[] =
    typeof bin === 'string' ? [[name, bin]] : isJsonObject(bin) ? Object.entries(bin) : []
  const commands: [string, string][] = []
  for (const [key, value] of pairs) {
    const command = key.replaceAll(/[\\:]/g, '/').split('/').at(-1) ?? ''
    const file = typeof value === 'string' ? normalizeFile(value) : null
    if (file !== null && isCommandName(command)) commands.push([command, file])
  }
  return Object.fromEntries(commands.sort(([a], [b]) => compareCodePoints(a, b)))
}

/** The commands in a lock, which may have been edited by hand. @throws ToolError E_LOCK_INVALID */
export function parseCommands(data: JsonObject, owner: string): Commands {
  const bin = data['bin'] ?? {}
  if (!isJsonObject(bin)) throw invalidLock(owner, 'its `bin` is not an object')
  const commands: [string, string][] = []
  for (const [command, file] of Object.entries(bin)) {
    if (!isCommandName(command) || !isSafeRelative(file))
      throw invalidLock(owner, `its command \`${command}\` is not safe`)
    commands.push([command, file])
  }
  return Object.fromEntries(commands)
}

/** @throws ToolError E_LOCK_INVALID */
export function checkPackageName(value: Json | undefined, owner: string): string {
  if (typeof value === 'string' && isPackageName(value)) return value
  throw invalidLock(owner, `\`${String(value)}\` is not a package name`)
}

export function invalidLock(owner: string, what: string): ToolError {
  return new ToolError('E_LOCK_INVALID', `The lock of \`${owner}\` is not valid: ${what}.`, {
    details: { package: owner },
    hint: 'Restore the lock file from git, or delete it and run `tenon lock`.',
  })
}

/** What a package gives to a tree under `names`: itself as a library, and its commands. `path` is where it is in its object. */
export function provide(
  names: readonly string[],
  path: string,
  commands: Commands,
): { readonly [path: string]: string } {
  const links: [string, string][] = names.map((name) => [`lib/node_modules/${name}`, path])
  for (const [command, file] of Object.entries(commands)) {
    links.push([`bin/${command}`, `${path}/${file}`], [`lib/node_modules/.bin/${command}`, `${path}/${file}`])
  }
  return Object.fromEntries(links.sort(([a], [b]) => compareCodePoints(a, b)))
}

/** Where the link to a dependency goes; null when the package finds it without one, because it is itself. */
export function linkPlace(base: string, name: string, dependency: string, isSelf: boolean): string | null {
  if (dependency !== name) return `${base}node_modules/${dependency}`
  return isSelf ? null : `${base}node_modules/${name}/node_modules/${dependency}`
}

export function executablesOf(commands: Commands): readonly string[] {
  return [...new Set(Object.values(commands))].sort(compareCodePoints)
}

function isCommandName(command: string): boolean {
  return isSafeRelative(command) && !/[/\\]/.test(command)
}

/** A path below the package, without `./`; null when it leads out. */
function normalizeFile(file: string): string | null {
  const parts: string[] = []
  for (const part of file.replaceAll('\\', '/').split('/')) {
    if (part === '..') {
      // As npm does: a path is read as if the package were the root.
      parts.pop()
    } else if (part !== '' && part !== '.') {
      parts.push(part)
    }
  }
  const path = parts.join('/')
  return isSafeRelative(path) ? path : null
}
