// Turns what npm's libraries throw into errors a user can act on. Registry addresses are left out, but for the host, which is what
// the user's own configuration holds; credentials never appear.

import semver from 'semver'
import type { Requirement } from '../../core/environment.ts'
import { asStoreError, type ErrorCode, isStorageError, isToolError, systemCode, ToolError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { exceptionHint, type Young, youngReason, youngText } from '../release-rule.ts'
import { conflictText, type NeedStep, needsText, stepsAlong, stepsTo } from './because.ts'
import { type Offers, youngPick } from './offer.ts'

const SHOWN_VERSIONS = 5

/** What is known beyond the error itself. */
export interface Findings {
  readonly offers: Offers | null
  /** The way to what asked for what could not be had. */
  readonly steps: readonly NeedStep[]
}

/** @returns a ToolError: E_PACKAGE_NOT_FOUND, E_RESOLVE_CONFLICT, E_AUTH, E_SOURCE_UNAVAILABLE, E_SOURCE_INVALID, E_UNSUPPORTED, E_CANCELLED */
export function asToolError(
  error: unknown,
  requirements: readonly Requirement[],
  { offers, steps }: Findings = { offers: null, steps: [] },
): ToolError {
  if (isToolError(error)) return error
  if (isStorageError(error) || isAboutFile(error)) {
    // Of the answers that are kept; the registry is not to blame.
    const stored = asStoreError(error, 'keep what the npm registry answered')
    if (isToolError(stored)) return stored
  }
  const facts: Facts = typeof error === 'object' && error !== null ? (error as Facts) : {}
  const code = typeof facts.code === 'string' ? facts.code : ''
  const make = (as: ErrorCode, message: string, details: JsonObject, hint: string | null): ToolError =>
    new ToolError(as, message, { details: { npm: code, ...details }, hint, cause: error })

  if (facts.name === 'AbortError' || code === 'ABORT_ERR')
    return make('E_CANCELLED', 'Locking npm packages was stopped.', {}, null)
  if (code === 'ENOTCACHED') {
    return offlineError(
      'What the npm requirements come to is not known here',
      requirements.map((item) => item.text),
    )
  }
  const about: About = { requirements, offers, steps, make }
  if (code === 'ERESOLVE') return conflict(facts, about)
  if (code === 'ETARGET' || code === 'ENOVERSIONS') return noVersion(facts, about)
  if (code === 'E404') return noPackage(facts, about)
  if (code.startsWith('EALLOW')) return refused(facts, about)
  if (code === 'EINVALIDTAGNAME' || code === 'EUNSUPPORTEDPROTOCOL') return badSpec(facts, requirements, make)
  if (/^E(?:401|403|407|OTP|NEEDAUTH|AUTHIP)$/.test(code) || facts.statusCode === 401 || facts.statusCode === 403) {
    const about = nameOf(facts)
    return make(
      'E_AUTH',
      `The registry${at(facts)} refused us${about === null ? '' : ` \`${about}\``}: ${reasonOf(facts)}.`,
      { package: about, status: facts.statusCode ?? null },
      '`npm login` renews the credentials in `.npmrc`; `npm whoami` shows whether they hold.',
    )
  }
  if (code === 'EINTEGRITY') {
    return make(
      'E_INTEGRITY',
      `A tarball differs from what the registry itself promises: ${reasonOf(facts)}.`,
      {},
      null,
    )
  }
  if (isUnavailable(facts, code)) {
    return make(
      'E_SOURCE_UNAVAILABLE',
      `The npm registry${at(facts)} did not answer: ${reasonOf(facts)}.`,
      { status: facts.statusCode ?? null },
      CERTIFICATE.test(code)
        ? 'Its certificate is not trusted: `cafile` in `.npmrc` names the authorities that npm trusts.'
        : 'Check the network, `registry` and `proxy` in `.npmrc`, and try again. What is locked and cached works with `--offline`.',
    )
  }
  return make('E_SOURCE_INVALID', `The npm registry's answer cannot be used: ${reasonOf(facts)}.`, {}, null)
}

export function offlineError(what: string, requirements: readonly string[]): ToolError {
  return new ToolError('E_OFFLINE', `${what}, and the network is forbidden.`, {
    details: { requirements },
    hint: 'Run the same command without `--offline`.',
  })
}

export function invalidAnswer(what: string): ToolError {
  return new ToolError('E_SOURCE_INVALID', `The npm registry's answer cannot be used: ${what}.`)
}

/** What npm's errors carry; none of it is sure. */
interface Facts {
  readonly code?: unknown
  readonly name?: unknown
  readonly message?: unknown
  readonly type?: unknown
  readonly statusCode?: number
  readonly uri?: unknown
  readonly pkgid?: unknown
  readonly package?: unknown
  readonly wanted?: unknown
  readonly versions?: unknown
  readonly distTags?: unknown
  readonly requiredBy?: unknown
  readonly edge?: unknown
  readonly current?: unknown
  readonly currentEdge?: unknown
}

type Make = (as: ErrorCode, message: string, details: JsonObject, hint: string | null) => ToolError

interface About extends Findings {
  readonly requirements: readonly Requirement[]
  readonly make: Make
}

/** Network errors name addresses instead. */
function isAboutFile(error: unknown): boolean {
  if (systemCode(error) === null) return false
  const { path, syscall } = error as { readonly path?: unknown; readonly syscall?: unknown }
  return typeof path === 'string' && typeof syscall === 'string'
}

const CERTIFICATE = /^(?:CERT_|ERR_TLS|DEPTH_ZERO_SELF|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/
const NETWORK =
  /^(?:ENOTFOUND|EAI_|ECONN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|EPROTO|ERR_SOCKET|EIDLETIMEOUT|ERESPONSETIMEOUT|ETRANSFERTIMEOUT|ECONNECTIONTIMEOUT|EINVALIDPROXY|FETCH_ERROR)/

function isUnavailable(facts: Facts, code: string): boolean {
  if (facts.type === 'invalid-json') return false
  const status = facts.statusCode ?? 0
  return status >= 500 || status === 408 || status === 429 || NETWORK.test(code) || CERTIFICATE.test(code)
}

function noPackage(facts: Facts, { requirements, steps, make }: About): ToolError {
  const name = nameOf(facts) ?? 'a package'
  const requirement = requirementFor(name, requirements)
  return make(
    'E_PACKAGE_NOT_FOUND',
    `The npm registry has no package \`${name}\`${askedBy(facts, requirement, name)}.`,
    { package: name, requirement, because: lacking(steps, name, '', 'which does not exist') },
    'Check the name, and for a private package `registry` and the credentials in `.npmrc`.',
  )
}

function noVersion(facts: Facts, { requirements, offers, steps, make }: About): ToolError {
  const name = typeof facts.name === 'string' ? facts.name : 'the package'
  const wanted = typeof facts.wanted === 'string' && facts.wanted !== '' ? facts.wanted : '*'
  const versions = nearest(facts.versions, wanted)
  const tags = isJsonObject(facts.distTags) ? facts.distTags : {}
  const latest = typeof tags['latest'] === 'string' ? tags['latest'] : null
  const requirement = requirementFor(name, requirements)
  const young = youngFor(name, wanted, offers)
  if (young !== null) {
    const asked = askedBy(facts, requirement, name)
    const because = lacking(steps, name, wanted, `which nothing old enough meets (${youngReason(young)})`)
    return make(
      'E_RESOLVE_CONFLICT',
      `No version of \`${name}\` in the range \`${wanted}\`${asked}${asked === '' ? '' : ','} is old enough: ${young.version} ${youngText(young)}.`,
      { package: name, requirement, range: wanted, ...detailsOf(young), because },
      exceptionHint(young),
    )
  }
  const newest = newestOf(facts.versions, latest)
  const time = lateText(name, wanted, offers)
  const end =
    newest === null
      ? `and there is no version of it${time === null ? '' : ` ${time}`}`
      : `which no version meets${time === null ? '' : ` ${time}`} (the newest is ${newest})`
  const offer = versions.length === 0 ? 'It has no versions' : `The nearest versions are ${versions.join(', ')}`
  return make(
    'E_PACKAGE_NOT_FOUND',
    `No version of \`${name}\` is in the range \`${wanted}\`${askedBy(facts, requirement, name)}${time === null ? '' : `, ${time}`}.`,
    {
      package: name,
      requirement,
      range: wanted,
      nearest: versions,
      latest,
      because: lacking(steps, name, wanted, end),
    },
    `${offer}${latest === null ? '' : `; the latest is ${latest}`}.`,
  )
}

/** What ends the way to it. */
function lacking(steps: readonly NeedStep[], name: string, range: string, end: string): string {
  return needsText([...steps, { name, range, version: null, isPeer: false }], end)
}

function newestOf(versions: unknown, latest: string | null): string | null {
  const known = (Array.isArray(versions) ? versions : []).filter((item) => semver.valid(item) !== null)
  return latest ?? semver.rsort(known)[0] ?? null
}

/** The versions around where the range would be: the highest below it and the lowest above, or simply the newest. */
function nearest(versions: unknown, wanted: string): readonly string[] {
  if (!Array.isArray(versions)) return []
  const known = versions.filter((item): item is string => semver.valid(item) !== null).sort(semver.compare)
  const floor = semver.validRange(wanted) === null ? null : semver.minVersion(wanted)
  if (floor === null) return known.slice(-SHOWN_VERSIONS)
  const above = known.findIndex((item) => semver.gte(item, floor))
  const middle = above === -1 ? known.length : above
  const start = Math.max(0, Math.min(middle - 3, known.length - SHOWN_VERSIONS))
  return known.slice(start, start + SHOWN_VERSIONS)
}

function refused(facts: Facts, { requirements, steps, make }: About): ToolError {
  const spec = cleanText(typeof facts.package === 'string' ? facts.package : 'a dependency')
  const requirement = requirements.find((item) => spec.startsWith(`${item.name}@`))?.text ?? null
  const kind = { EALLOWGIT: 'a git repository', EALLOWREMOTE: 'an address', EALLOWFILE: 'a local file' }[
    String(facts.code)
  ]
  const origin = `comes from ${kind ?? 'a local directory'}, not from a registry`
  return make(
    'E_UNSUPPORTED',
    `\`${spec}\`${askedBy(facts, requirement, spec)} ${origin}.`,
    { package: spec, requirement, because: lacking(steps, spec, '', `which ${origin}`) },
    'Such a package has no integrity to lock, and one from git would have to run its scripts. Use a version that is published, or a `path:` package.',
  )
}

function badSpec(facts: Facts, requirements: readonly Requirement[], make: Make): ToolError {
  const message = cleanText(typeof facts.message === 'string' ? facts.message : '')
  const requirement = requirements.find(
    (item) => item.constraint !== '' && message.includes(`"${item.name}@${item.constraint}"`),
  )?.text
  if (requirement === undefined)
    return make('E_SOURCE_INVALID', `A package's dependency cannot be read: ${message}`, {}, null)
  return make(
    'E_ENV_INVALID',
    `\`${requirement}\` is not something npm can look for: ${message}`,
    { requirement },
    null,
  )
}

/** The version that the range would come to, were it not too young. */
function youngFor(name: string, range: string, offers: Offers | null): Young | null {
  const offer = offers?.known(name) ?? null
  return offer === null ? null : youngPick(offer, range === '*' ? '' : range)
}

/** Says that versions which would do came after the time that was given. */
function lateText(name: string, range: string, offers: Offers | null): string | null {
  const late = [...(offers?.known(name)?.late ?? [])]
  const isLate = late.some((version) => semver.validRange(range) === null || semver.satisfies(version, range))
  return isLate && offers !== null && offers.asOf !== null ? `as of ${offers.asOf.slice(0, 19)}Z` : null
}

function detailsOf({ version, released, until, setting }: Young): JsonObject {
  const date = (time: number | null) => (time === null ? null : new Date(time).toISOString())
  return { young: { version, released: date(released), until: date(until), setting } }
}

function conflict(facts: Facts, { requirements, offers, make }: About): ToolError {
  const lines: string[] = []
  const edge = isJsonObject(facts.edge) ? facts.edge : {}
  const current = isJsonObject(facts.current) ? facts.current : {}
  const currentEdge = isJsonObject(facts.currentEdge) ? facts.currentEdge : {}
  if (typeof current['name'] === 'string') {
    const range = typeof currentEdge['spec'] === 'string' ? ` (asked as \`${currentEdge['spec']}\`)` : ''
    lines.push(`\`${nameVersion(current)}\` is chosen${range}${chainOf(current)}`)
  }
  const from = isJsonObject(edge['from']) ? edge['from'] : {}
  lines.push(
    `${whoIs(from)} needs \`${String(edge['name'])}@${String(edge['spec'])}\`${edge['type'] === 'peer' ? ' beside it (a peer)' : ''}${chainOf(from)}`,
  )
  const name = String(edge['name'] ?? current['name'] ?? 'a package')
  const young = youngFor(name, String(edge['spec'] ?? ''), offers)
  if (young !== null) lines.push(`\`${name}@${young.version}\` ${youngText(young)}`)
  const currentWay = isJsonObject(currentEdge['from'])
    ? stepsAlong(currentEdge, textOrNull(current['version']))
    : stepsTo(current)
  const way = stepsAlong({ ...edge, name }, null)
  const asking = [topOf(current), isEnvironment(from) ? name : topOf(from)]
  const texts = asking.map((item) => (item === null ? null : requirementFor(item, requirements)))
  return make(
    'E_RESOLVE_CONFLICT',
    `No version of \`${name}\` suits everyone: ${lines.join('; ')}.`,
    {
      package: name,
      explanation: lines,
      requirements: [...new Set(texts.filter((text) => text !== null))],
      because: `${conflictText(currentWay, way)}${young === null ? '' : ` (${name} ${youngReason(young)})`}`,
    },
    'Widen or change one of the requirements. `legacy-peer-deps=true` in `.npmrc` makes npm ignore peers.',
  )
}

/** The name of the package through which the environment itself asks for this one. */
function topOf(node: JsonObject): string | null {
  return stepsTo(node)[0]?.name ?? textOrNull(node['name'])
}

/** ` through a@1 → b@2`: who asks for a package, as npm explains it. */
function chainOf(node: JsonObject): string {
  const chain = stepsTo(node)
    .slice(0, -1)
    .map(({ name, version }) => (version === null ? name : `${name}@${version}`))
  return chain.length === 0 ? '' : ` (through ${chain.join(' → ')})`
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function whoIs(node: JsonObject): string {
  return isEnvironment(node) ? 'the environment' : `\`${nameVersion(node)}\``
}

/** The root of npm's graph stands for the environment. */
function isEnvironment(node: JsonObject): boolean {
  return typeof node['name'] !== 'string' || node['location'] === '' || node['isProjectRoot'] === true
}

function nameVersion(node: JsonObject): string {
  const version = node['version']
  return typeof version === 'string' && version !== '' ? `${String(node['name'])}@${version}` : String(node['name'])
}

function askedBy(facts: Facts, requirement: string | null, name: string): string {
  if (requirement !== null) return requirement === `npm:${name}` ? '' : `, which \`${requirement}\` asks for`
  const location = facts.requiredBy
  if (typeof location !== 'string' || !location.includes('node_modules/')) return ''
  const asking = location.slice(location.lastIndexOf('node_modules/') + 'node_modules/'.length)
  return `, which the package \`${asking}\` asks for`
}

function requirementFor(name: string, requirements: readonly Requirement[]): string | null {
  const found = requirements.find(
    (item) => item.name === name || item.constraint.startsWith(`npm:${name}@`) || item.constraint === `npm:${name}`,
  )
  return found?.text ?? null
}

/** The package of an HTTP error; npm gives `name@range` or an encoded path. */
function nameOf(facts: Facts): string | null {
  if (typeof facts.pkgid !== 'string') return null
  const text = facts.pkgid.replace(/^(?:registry|remote):/, '')
  const at = text.indexOf('@', 1)
  const alias = /^[^@]+@npm:(.+)$/.exec(text)?.[1]
  if (alias !== undefined) return nameOf({ pkgid: alias })
  return at === -1 ? text : text.slice(0, at)
}

function at(facts: Facts): string {
  if (typeof facts.uri !== 'string' || !URL.canParse(facts.uri)) return ''
  return ` at \`${new URL(facts.uri).host}\``
}

function reasonOf(facts: Facts): string {
  if (facts.statusCode !== undefined) return `status ${facts.statusCode}`
  const text = cleanText(
    typeof facts.message === 'string' && facts.message !== '' ? facts.message : 'it gives no reason',
  )
  return text.replace(/\.+$/, '')
}

/** Without addresses, which may hold credentials, and bounded. */
function cleanText(text: string): string {
  return text
    .replaceAll(/\b(?:[a-z+]+):\/\/[^\s"'`]+/g, (address) =>
      URL.canParse(address) ? new URL(address).host : 'an address',
    )
    .replaceAll(/\s+/g, ' ')
    .slice(0, 500)
}
