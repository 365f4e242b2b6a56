// One grammar for what a user asks for, `source:name[extras]@range`, in the YAML, on the command line and in the API: text or long
// form in, value out, and back. It knows each source's way of writing names and ranges; what they select is the source's business.

import { posix } from 'node:path'
import validRange from 'semver/ranges/valid.js'
import { parseIntegrity } from './digest.ts'
import type { Requirement, SourceName } from './environment.ts'
import { ToolError } from './errors.ts'
import type { JsonObject } from './json.ts'
import { isNativeName } from './native-package.ts'

export interface RequirementOptions {
  /** Where relative paths start: a directory relative to the workspace root, `.` for the root itself. */
  readonly directory: string
  /** In a package file, an address of `url:` may be relative as well; where it starts is known once the package is found. */
  readonly isOfPackage?: boolean
}

/** The long form: one source key and its options, of the shape that the schema demands. */
export type LongForm = JsonObject

/** The keys of the long form that name a source; all but `registry` are also the prefixes of the short form. */
export const SOURCE_KEYS = ['npm', 'pypi', 'deb', 'git', 'url', 'path', 'registry'] as const
type SourceKey = (typeof SOURCE_KEYS)[number]

export const MAX_REQUIREMENT_LENGTH = 2048
const MAX_CONSTRAINT_LENGTH = 256
/** Names that signed addresses and tokens go by; whatever they hold, it is not for a file in git. */
const SECRET_PARAMETER =
  /^(?:access_?token|api_?key|auth(?:orization)?|password|private_token|secret|sig|signature|token|x-(?:amz|goog)-(?:credential|signature|security-token))$/i
const REGISTRY = /^[a-z][a-z0-9-]{0,63}$/
/** Prefixes that people know from elsewhere, and what they are called here. No registry can have these names. */
const FOREIGN_PREFIXES: Readonly<Record<string, SourceKey>> = {
  apt: 'deb',
  debian: 'deb',
  file: 'path',
  github: 'git',
  http: 'url',
  https: 'url',
  link: 'path',
  node: 'npm',
  pip: 'pypi',
  python: 'pypi',
  ssh: 'git',
  workspace: 'path',
}

/** What a source's grammar finds behind the prefix. */
interface Parts {
  readonly name: string
  readonly constraint: string
  readonly extras: readonly string[]
}

interface Grammar {
  readonly source: SourceName
  read(rest: string, directory: string, isOfPackage?: boolean): Parts
  /** The key of the long form that holds the constraint; null when there is none. */
  readonly constraintKey: 'version' | 'rev' | 'sha256' | null
}

const GRAMMARS: Readonly<Record<SourceKey, Grammar>> = {
  npm: { source: 'npm', read: readNpm, constraintKey: 'version' },
  pypi: { source: 'pypi', read: readPypi, constraintKey: 'version' },
  deb: { source: 'debian', read: readDebian, constraintKey: 'version' },
  git: { source: 'git', read: readGit, constraintKey: 'rev' },
  url: { source: 'url', read: readUrl, constraintKey: 'sha256' },
  path: { source: 'path', read: readPath, constraintKey: null },
  registry: { source: 'registry', read: readNative, constraintKey: 'version' },
}

/**
 * The value of a requirement in either form; both forms of one requirement give the same value.
 * Whether a named registry is declared is for the caller to check. @throws ToolError E_USAGE
 */
export function parseRequirement(
  written: string | LongForm,
  options: RequirementOptions = { directory: '.' },
): Requirement {
  return typeof written === 'string' ? parseShort(written, options) : parseLong(written, options)
}

/** The short form, with a path written relative to `directory`. Priority and options are not part of it. */
export function printRequirement(requirement: Requirement, options: RequirementOptions = { directory: '.' }): string {
  const { source, prefix, name } = requirement
  if (source === 'path') return `path:${printPath(posix.relative(options.directory, name))}`
  if (source !== 'git' || !isLocalPath(name)) return requirement.text
  const [path = '', inside] = name.split('#')
  const moved = printPath(posix.relative(options.directory, path))
  return printParts(prefix, { ...requirement, name: inside === undefined ? moved : `${moved}#${inside}` })
}

/** As it is written in YAML or JSON: the short form, or the long one if there is more to say than the short one can. */
export function requirementToJson(requirement: Requirement): string | LongForm {
  const { priority, options, text } = requirement
  if (priority === 0 && Object.keys(options).length === 0) return text
  const key = keyOf(requirement)
  const more = { ...options, ...(priority === 0 ? {} : { priority }) }
  const hash = /^(.*)@sha256:([0-9a-f]{64})$/.exec(text)
  if (key === 'url' && hash !== null)
    return { url: hash[1]?.slice('url:'.length) ?? '', sha256: hash[2] ?? '', ...more }
  return { [key]: key === 'registry' ? text : text.slice(text.indexOf(':') + 1), ...more }
}

/** The same requirement with another range, in the notation of `constraint`. @throws ToolError E_USAGE */
export function withConstraint(requirement: Requirement, constraint: string): Requirement {
  if (requirement.source === 'path') throw refuse(requirement.text, 'a directory has no versions', null)
  const { priority, options } = requirement
  return {
    ...parseShort(printParts(requirement.prefix, { ...requirement, constraint }), { directory: '.' }),
    priority,
    options,
  }
}

/** The long form's key for the constraint of this requirement; null when it can have none. */
export function constraintKeyOf(requirement: Requirement): string | null {
  if (requirement.source === 'url' && /^sha\d+-/.test(requirement.constraint)) return 'integrity'
  return GRAMMARS[keyOf(requirement)].constraintKey
}

/** The keys of a long form that name a source. */
export function sourceKeysOf(written: LongForm): readonly SourceKey[] {
  return SOURCE_KEYS.filter((key) => Object.hasOwn(written, key))
}

/** True for a name that `registries` may give to a registry. */
export function isRegistryName(name: string): boolean {
  return REGISTRY.test(name) && !SOURCE_KEYS.includes(name as SourceKey) && !Object.hasOwn(FOREIGN_PREFIXES, name)
}

/** A relative path written in `directory`, relative to the workspace root and normalised; null when it leads outside. */
export function resolveInWorkspace(directory: string, path: string): string | null {
  if (path.startsWith('/')) return null
  const resolved = posix.join(directory, path).replace(/\/+$/, '')
  return resolved === '..' || resolved.startsWith('../') ? null : resolved
}

/** `./tools/hello`, `../tools/hello`, `.`: unmistakably a path. */
export function printPath(path: string): string {
  if (path === '' || path === '.') return '.'
  return path === '..' || path.startsWith('../') ? path : `./${path}`
}

function parseShort(written: string, options: RequirementOptions): Requirement {
  checkText(written)
  const colon = written.indexOf(':')
  const prefix = colon === -1 ? '' : written.slice(0, colon)
  if (colon === -1 || !REGISTRY.test(prefix)) {
    throw refuse(written, 'does not say which source it comes from', `Did you mean \`${guessSource(written)}\`?`)
  }
  const foreign = Object.hasOwn(FOREIGN_PREFIXES, prefix) ? FOREIGN_PREFIXES[prefix] : undefined
  if (prefix === 'registry' || foreign !== undefined) {
    const keepsPrefix = foreign === 'url' || prefix === 'ssh'
    const hint =
      foreign === undefined
        ? 'Write the name of the registry itself, as in `core:chroma`.'
        : `Did you mean \`${foreign}:${keepsPrefix ? written : written.slice(colon + 1)}\`?`
    throw refuse(written, `\`${prefix}\` is not a source`, hint)
  }
  const key = SOURCE_KEYS.find((name) => name === prefix) ?? 'registry'
  const grammar = GRAMMARS[key]
  const rest = written.slice(colon + 1)
  if (rest.trim() === '')
    throw refuse(written, 'names no package', `Write the name after the colon: \`${prefix}:NAME\`.`)
  const parts = attempt(prefix, written, () => grammar.read(rest, options.directory, options.isOfPackage))
  const text = printParts(prefix, parts)
  return { source: grammar.source, prefix, ...parts, priority: 0, options: {}, text }
}

function parseLong(written: LongForm, options: RequirementOptions): Requirement {
  const [key, second] = sourceKeysOf(written)
  if (key === undefined || second !== undefined) throw new Error('the schema allows exactly one source key')
  const value = textOf(written, key) ?? ''
  const short = parseShort(key === 'registry' ? value : `${key}:${value}`, options)
  let text = key === 'path' ? null : short.text
  const directory = textOf(written, 'directory')
  if (directory !== null && text !== null) {
    if (short.name.includes('#')) throw refuse(value, 'gives the directory twice', 'Keep either `#…` or `directory`.')
    if (directory.includes('@')) throw refuse(directory, 'a directory in a git repository cannot hold `@`', null)
    text = printParts(short.prefix, { ...short, name: `${short.name}#${directory}` })
  }
  for (const constraintKey of constraintKeysOf(key)) {
    const constraint = textOf(written, constraintKey)
    if (constraint === null || constraint === '' || text === null) continue
    if (text !== short.text && key === 'url') throw refuse(value, 'gives two hashes', 'Keep `sha256` or `integrity`.')
    if (short.constraint !== '')
      throw refuse(value, 'gives the range twice', `Keep either \`@${short.constraint}\` or \`${constraintKey}\`.`)
    text += `@${constraintKey === 'sha256' ? 'sha256:' : ''}${constraint}`
  }
  // What a text says of a path is relative to the root by now.
  const requirement = text === null ? short : parseShort(text, { ...options, directory: '.' })
  const priority = typeof written['priority'] === 'number' ? written['priority'] : 0
  return { ...requirement, priority, options: urlOptions(written, value) }
}

function constraintKeysOf(key: SourceKey): readonly string[] {
  if (key === 'url') return ['sha256', 'integrity']
  const { constraintKey } = GRAMMARS[key]
  return constraintKey === null ? [] : [constraintKey]
}

/** What only files at an address have. What a missing key means is left out: equal meaning has to give equal values. */
function urlOptions(written: LongForm, value: string): JsonObject {
  const { executable, place, strip, unpack } = written
  if (executable === true && unpack === true)
    throw refuse(value, 'it is an archive, which is not executable itself', 'Remove `executable` or `unpack`.')
  if (strip !== undefined && unpack !== true)
    throw refuse(value, 'it is not unpacked', 'Remove `strip`, or add `unpack: true`.')
  return {
    ...(executable === true ? { executable } : {}),
    ...(typeof place === 'string' ? { place } : {}),
    ...(typeof strip === 'number' ? { strip } : {}),
    ...(unpack === true ? { unpack } : {}),
  }
}

function textOf(written: LongForm, key: string): string | null {
  const value = written[key]
  return typeof value === 'string' ? value : null
}

function printParts(prefix: string, parts: Parts): string {
  const name = prefix === 'path' ? printPath(parts.name) : parts.name
  const extras = parts.extras.length === 0 ? '' : `[${parts.extras.join(',')}]`
  return `${prefix}:${name}${extras}${parts.constraint === '' ? '' : `@${parts.constraint}`}`
}

function keyOf(requirement: Requirement): SourceKey {
  return requirement.source === 'debian' ? 'deb' : requirement.source
}

// The grammars. Each throws a Flaw, which `attempt` turns into an error that quotes the whole requirement.

const NPM_NAME = /^(?:@[a-z0-9-][a-z0-9._-]*\/)?[A-Za-z0-9-][A-Za-z0-9._-]*$/

function readNpm(rest: string): Parts {
  const { name, constraint } = splitNpm(rest)
  checkNpmName(name)
  if (!constraint.startsWith('npm:')) return { name, constraint: checkNpmRange(constraint), extras: [] }
  const real = splitNpm(constraint.slice('npm:'.length))
  checkNpmName(real.name)
  const range = checkNpmRange(real.constraint)
  return { name, constraint: `npm:${real.name}${range === '' ? '' : `@${range}`}`, extras: [] }
}

function splitNpm(text: string): { name: string; constraint: string } {
  const at = text.indexOf('@', 1)
  if (at === -1) return { name: text, constraint: '' }
  return { name: text.slice(0, at), constraint: checkConstraint(text.slice(at + 1)) }
}

function checkNpmName(name: string): void {
  if (NPM_NAME.test(name) && name.length <= 214 && name !== 'node_modules' && name !== 'favicon.ico') return
  throw new Flaw(`\`${name}\` is not a name that npm allows`, null, guessRange(name))
}

/** Most ranges: that they are ranges is known without npm's parser, which takes longer than the rest of a file. */
const PLAIN_RANGE = /^[\^~]?[0-9]{1,9}(?:\.[0-9]{1,9}){0,2}$/

function checkNpmRange(range: string): string {
  if (range === '' || PLAIN_RANGE.test(range)) return range
  if (validRange(range, { loose: true }) !== null || /^[A-Za-z][A-Za-z0-9._~-]*$/.test(range)) return range
  if (/^[a-z+]+:|\//.test(range)) {
    throw new Flaw(
      `\`${range}\` is an address, not a range`,
      'Packages that are not in the registry have sources of their own: `git:`, `url:`, `path:`.',
    )
  }
  throw new Flaw(
    `\`${range}\` is neither a range of npm nor a tag`,
    'Ranges look like `^1.2`, `~5.9`, `>=1 <3` or `1.2.3`; a tag like `next`.',
  )
}

function readPypi(rest: string): Parts {
  const { name, extras, constraint } = splitExtras(rest)
  const isName = (text: string): boolean =>
    /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(text) && text.length <= 200
  if (!isName(name)) throw new Flaw(`\`${name}\` is not a name that PyPI allows`, null, guessRange(name))
  const wrong = extras.find((extra) => !isName(extra))
  if (wrong !== undefined) throw new Flaw(`\`${wrong}\` is not the name of an extra`, null)
  const specifiers = constraint === '' ? [] : constraint.split(',').map((part) => part.replace(/\s+/g, ''))
  for (const specifier of specifiers) {
    if (/^(?:~=|===?|!=|<=?|>=?)[0-9A-Za-z.*+!_-]+$/.test(specifier)) continue
    const hint = /^[0-9]/.test(specifier)
      ? `Did you mean \`==${specifier}\`?`
      : 'Specifiers look like `>=0.27,<1`, `==1.2.*` or `~=2.1`.'
    throw new Flaw(`\`${specifier}\` is not a version specifier of Python`, hint)
  }
  // Python treats `Foo_Bar` and `foo-bar` as one name (PEP 503); so must the check for packages that are there twice.
  const normalise = (text: string): string => text.toLowerCase().replace(/[-_.]+/g, '-')
  return { name: normalise(name), extras: [...new Set(extras.map(normalise))].sort(), constraint: specifiers.join(',') }
}

function readDebian(rest: string): Parts {
  const { name, extras, constraint } = splitExtras(rest)
  refuseExtras(extras)
  if (!/^[a-z0-9][a-z0-9+.-]+$/.test(name) || name.length > 200)
    throw new Flaw(`\`${name}\` is not a name that Debian allows`, null, guessRange(name))
  if (!/^(?:(?:<<|<=|=|>=|>>)?[0-9][0-9A-Za-z.+:~-]*)?$/.test(constraint)) {
    throw new Flaw(
      `\`${constraint}\` is not a version relation of Debian`,
      'Relations look like `>=1.6`, `<<2` or `1.7.1-3`.',
    )
  }
  return { name, constraint, extras: [] }
}

function readNative(rest: string): Parts {
  const { name, extras, constraint } = splitExtras(rest)
  refuseExtras(extras)
  if (!isNativeName(name)) throw new Flaw(`\`${name}\` is not the name of a package`, null, guessRange(name))
  if (constraint !== '' && validRange(constraint) === null)
    throw new Flaw(`\`${constraint}\` is not a semver range`, 'Ranges look like `^0.1`, `~2.3` or `>=1 <3`.')
  return { name, constraint, extras: [] }
}

function readGit(rest: string, directory: string): Parts {
  const { address, path } = isLocalPath(rest) ? { address: '', path: rest } : splitAddress(rest)
  // An `@` in the host part is a user's name; the first one behind it begins the revision.
  const at = path.indexOf('@')
  const constraint = at === -1 ? '' : checkConstraint(path.slice(at + 1))
  const [written = '', inside, ...more] = (at === -1 ? path : path.slice(0, at)).split('#')
  if (address !== '') checkAddress(`${address}${written}`, ['https:', 'http:', 'ssh:', 'git:', 'file:'])
  else if (/[\\~]/.test(written)) throw new Flaw('a path is relative, and written with `/`', null)
  // Unlike a package, a repository may lie outside of the workspace: what it gives is locked by its commit.
  const repository =
    address === '' ? printPath(posix.join(directory, written).replace(/\/+$/, '')) : `${address}${written}`
  if (constraint !== '' && (!/^[0-9A-Za-z][0-9A-Za-z._/+-]*$/.test(constraint) || constraint.includes('..'))) {
    throw new Flaw(`\`${constraint}\` is not a revision of git`, 'Write a tag, a branch or a commit id.')
  }
  if (inside === undefined) return { name: repository, constraint, extras: [] }
  const normal = resolveInWorkspace('.', inside)
  if (normal === null || normal === '.' || more.length > 0)
    throw new Flaw(`\`${inside}\` is not a directory inside the repository`, null)
  return { name: `${repository}#${normal}`, constraint, extras: [] }
}

/** `./x`, `../x`: a repository beside the file, in requirements of `git:`. */
export function isLocalPath(text: string): boolean {
  return /^\.{1,2}(?:\/|[#@]|$)/.test(text)
}

function readUrl(rest: string, _directory: string, isOfPackage = false): Parts {
  const at = rest.search(/@sha(?:256:|\d+-)[^@/]*(?:\/[^@]*)?$/)
  const name = at === -1 ? rest : rest.slice(0, at)
  const constraint = at === -1 ? '' : readHash(rest.slice(at + 1))
  if (isOfPackage && isLocalPath(name)) return { name: readFilePath(name), constraint, extras: [] }
  checkAddress(name, ['https:', 'http:'])
  if (name.includes('#')) throw new Flaw('an address of a file has no `#`', null)
  const secret = [...new URL(name).searchParams.keys()].find((key) => SECRET_PARAMETER.test(key))
  if (secret !== undefined) {
    throw new Flaw(
      `the address holds what looks like a credential, \`${secret}\``,
      'The file is shared; credentials belong to the configuration of the machine, `~/.netrc` for example.',
    )
  }
  return { name, constraint, extras: [] }
}

/** `./files/model.gguf`, in a package file. */
function readFilePath(written: string): string {
  if (/[\\~#?%]/.test(written)) throw new Flaw('a relative address has no `\\`, `~`, `#`, `?` or `%`', null)
  const path = posix.join(written)
  if (path.endsWith('/') || /(?:^|\/)\.{1,2}$/.test(path)) throw new Flaw('a file is named, not a directory', null)
  return printPath(path)
}

/** A sha256 in hexadecimal, which SRI of sha256 means as well; otherwise SRI. */
function readHash(text: string): string {
  const hex = /^sha256:([0-9A-Fa-f]{64})$/.exec(text)?.[1]
  if (hex !== undefined) return `sha256:${hex.toLowerCase()}`
  if (text.startsWith('sha256:')) throw new Flaw('a sha256 has 64 hexadecimal digits', null)
  const parsed = parseIntegrity(text)
  if (parsed === null || parsed.algorithm === 'sha1')
    throw new Flaw(`\`${text}\` is no hash of the form \`sha512-…\` (SRI), of sha256 or better`, null)
  return parsed.algorithm === 'sha256' ? `sha256:${parsed.raw.toString('hex')}` : text
}

function readPath(rest: string, directory: string): Parts {
  if (rest.includes('\\')) throw new Flaw('a path is written with `/`', null)
  if (rest.startsWith('~/')) throw new Flaw('a path is relative; `~` is not known here', null)
  const name = resolveInWorkspace(directory, rest)
  if (name !== null) return { name, constraint: '', extras: [] }
  throw new Flaw(
    'the directory is outside the workspace',
    'Only directories of the workspace can be packages; copy it in, or name its git repository with `git:`.',
  )
}

function splitExtras(rest: string): Parts {
  const match = /^([^@[\]]*)(?:\[([^[\]]*)\])?(?:@(.*))?$/.exec(rest)
  if (match === null) throw new Flaw('it is not of the form `name[extras]@range`', null)
  const extras = match[2] === undefined ? [] : match[2].split(',').map((extra) => extra.trim())
  const constraint = rest.endsWith('@') && match[3] === '' ? '@' : (match[3] ?? '')
  return {
    name: match[1] ?? '',
    extras,
    constraint: constraint === '' ? '' : checkConstraint(constraint === '@' ? '' : constraint),
  }
}

function refuseExtras(extras: readonly string[]): void {
  if (extras.length > 0) throw new Flaw('this source knows no extras', `Leave \`[${extras.join(',')}]\` out.`)
}

function splitAddress(text: string): { address: string; path: string } {
  const match = /^([a-z+]+:\/\/[^/#]*)(.*)$/.exec(text)
  if (match === null) throw new Flaw(`\`${text}\` is not an address`, 'Write it in full: `https://…` or `ssh://…`.')
  return { address: match[1] ?? '', path: match[2] ?? '' }
}

function checkAddress(text: string, protocols: readonly string[]): void {
  const url = URL.parse(text)
  const hasHost = url !== null && (url.hostname !== '' || url.protocol === 'file:')
  if (url === null || !protocols.includes(url.protocol) || !hasHost || /\s/.test(text)) {
    throw new Flaw(
      `\`${text}\` is not an address`,
      `Write it in full, beginning with ${protocols.map((protocol) => `\`${protocol}//\``).join(' or ')}.`,
    )
  }
  if (url.password !== '' || (url.username !== '' && url.protocol.startsWith('http'))) {
    throw new Flaw(
      'an address must not hold a user name or password',
      'The file is shared; credentials belong to the configuration of the machine.',
    )
  }
}

function checkConstraint(text: string): string {
  const constraint = text.trim().replace(/ +/g, ' ')
  if (constraint === '') throw new Flaw('there is no range after `@`', 'Leave the `@` out to take any version.')
  if (constraint.length > MAX_CONSTRAINT_LENGTH)
    throw new Flaw(`the range is longer than ${MAX_CONSTRAINT_LENGTH} characters`, null)
  return constraint
}

function checkText(text: string): void {
  if (text.length > MAX_REQUIREMENT_LENGTH)
    throw refuse(`${text.slice(0, 40)}…`, `is longer than ${MAX_REQUIREMENT_LENGTH} characters`, null)
  if (/\p{Cc}|[\u2028\u2029]/u.test(text) || !text.isWellFormed())
    throw refuse(JSON.stringify(text), 'holds a control character', null)
  if (/^\s|\s$|^[^:]*:\s/.test(text))
    throw refuse(text, 'has a space at its beginning, its end or behind a colon', null)
}

/** `typescript~5.9` was meant as `typescript@~5.9`. */
function guessRange(name: string): string | null {
  const match = /^([A-Za-z0-9@][A-Za-z0-9@/._-]*?) *((?:[<>=~^!*]|==).*)$/.exec(name)
  return match === null ? null : `${match[1]}@${match[2]}`
}

function guessSource(text: string): string {
  if (/^\.{0,2}\//.test(text)) return `path:${text}`
  return `npm:${text}`
}

class Flaw extends Error {
  readonly hint: string | null
  /** What was probably meant, without the prefix. */
  readonly meant: string | null

  constructor(message: string, hint: string | null, meant: string | null = null) {
    super(message)
    this.hint = hint
    this.meant = meant
  }
}

function attempt(prefix: string, written: string, read: () => Parts): Parts {
  try {
    return read()
  } catch (error) {
    if (error instanceof Flaw) {
      const meant = error.meant === null ? null : `Did you mean \`${prefix}:${error.meant}\`?`
      throw refuse(written, error.message, error.hint ?? meant)
    }
    throw error
  }
}

function refuse(written: string, why: string, hint: string | null): ToolError {
  const separator = /^(?:does|gives|names|is longer|holds|has a space)/.test(why) ? ' ' : ' cannot be read: '
  // What is refused may be a password, and messages end up in logs.
  const shown = written.replace(/(:\/\/)[^/\s]*@/g, '$1…@')
  return new ToolError('E_USAGE', `\`${shown}\`${separator}${why}.`, { details: { requirement: shown }, hint })
}
