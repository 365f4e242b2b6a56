// Holds a file against the JSON Schema and says each difference as a person would. It knows how ajv reports, and nothing of what
// the values mean; that is environment-file.ts.

import { environmentSchema } from './environment-schema.ts'
import { type Fault, faultsError } from './fault.ts'
import { validateEnvironment } from './generated/validate-environment.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { didYouMean } from './nearest.ts'
import { SOURCE_KEYS, sourceKeysOf } from './requirement.ts'
import { pointerTo, positionAt, type YamlText } from './yaml.ts'

/** The rule of flake-like.spec.md that a part of the file is under. */
const RULES: ReadonlyMap<string, string> = new Map([
  ['packages', 'S-2.5'],
  ['systems', 'S-2.8'],
  ['registries', 'S-2.9'],
  ['variables', 'S-2.10'],
  ['links', 'S-2.11'],
  ['checks', 'S-2.12'],
  ['extends', 'S-2.13'],
])

/** What ajv reports, as far as it is used. */
interface Difference {
  readonly instancePath: string
  readonly schemaPath: string
  readonly keyword: string
  readonly params: JsonObject
  readonly propertyName?: string
}

export interface FaultFacts {
  readonly rule: string
  readonly pointer: string
  readonly message: string
  readonly hint?: string | null
  /** Whether the key or the value is marked. */
  readonly part?: 'key' | 'value'
}

/** A fault of the file at a pointer. */
export function faultAt(yaml: YamlText, facts: FaultFacts): Fault {
  const { rule, pointer, message, hint = null, part = 'value' } = facts
  return { code: 'E_ENV_INVALID', rule, message, pointer, hint, ...positionAt(yaml, pointer, part) }
}

/** Every difference between the file and the schema; empty when it has the right shape. @throws ToolError E_ENV_INVALID for a newer format */
export function checkShape(yaml: YamlText): readonly Fault[] {
  const { value } = yaml
  if (value === null || !isJsonObject(value)) {
    const message =
      value === null ? 'The file is empty.' : `An environment file is a mapping of keys, not ${kindOf(value)}.`
    return [faultAt(yaml, { rule: 'S-2.3', pointer: '', message, hint: 'Begin with `tenon: 1`, then `packages:`.' })]
  }
  if (typeof value['tenon'] === 'number' && value['tenon'] > 1) {
    const message = `The file is written for a newer Tenon: its format is ${value['tenon']}, and this one reads 1.`
    // Nothing else that this Tenon could say about the file would be true.
    throw faultsError(yaml.path, [faultAt(yaml, { rule: 'S-2.3', pointer: '/tenon', message, hint: 'Update Tenon.' })])
  }
  const validate: { (data: unknown): boolean; errors?: readonly Difference[] | null } = validateEnvironment
  if (validate(value)) return []
  // Empty when only short forms are wrong, which the grammar refuses too.
  return [...packageFaults(yaml), ...(validate.errors ?? []).flatMap((difference) => faultsOf(yaml, difference))]
}

/** Text, a number, a list, …: with its article. */
export function kindOf(value: Json): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'a number' : 'true or false'
}

/** Packages that match no alternative of the schema at all. The others are held against the alternative that their source key picks. */
function packageFaults(yaml: YamlText): readonly Fault[] {
  const packages = isJsonObject(yaml.value) ? yaml.value['packages'] : null
  if (!Array.isArray(packages)) return []
  return packages.flatMap((item: Json, index) => {
    if (alternativeOf(item) !== null) return []
    const pointer = pointerTo('/packages', index)
    const fault = (message: string, hint: string): readonly Fault[] => [
      faultAt(yaml, { rule: 'S-2.5', pointer, message, hint }),
    ]
    if (!isJsonObject(item))
      return fault(`A package is text or a mapping, not ${kindOf(item)}.`, 'Write `npm:NAME@RANGE`, for example.')
    const sources = sourceKeysOf(item)
    if (sources.length > 1)
      return fault(
        `A package has one source, not ${sources.map((key) => `\`${key}\``).join(' and ')}.`,
        'Make it two packages.',
      )
    const [key = '', value] = Object.entries(item)[0] ?? []
    const meant = didYouMean(key, SOURCE_KEYS)
    const native =
      typeof value === 'string'
        ? `For a package of the registry \`${key}\`, write \`registry: ${key}:${value}\`.`
        : null
    return fault('This package names no source.', meant ?? native ?? `Add one of the keys ${quoteAll(SOURCE_KEYS)}.`)
  })
}

/** The name of the alternative, under `$defs`, that an item of `packages` is meant to be. */
function alternativeOf(item: Json | undefined): string | null {
  if (typeof item === 'string') return 'short'
  if (item === undefined || !isJsonObject(item)) return null
  const [key, second] = sourceKeysOf(item)
  return key === undefined || second !== undefined ? null : key
}

function faultsOf(yaml: YamlText, difference: Difference): readonly Fault[] {
  const { instancePath, schemaPath, keyword } = difference
  // The first two only repeat that something below them is wrong; what is wrong with a short form, the grammar says better.
  if (keyword === 'anyOf' || keyword === 'propertyNames' || schemaPath === '#/$defs/short/pattern') return []
  const item = /^\/packages\/\d+/.exec(instancePath)?.[0]
  if (item !== undefined) {
    const alternative = alternativeOf(valueAt(yaml.value, item))
    if (alternative === null || !schemaPath.startsWith(`#/$defs/${alternative}/`)) return []
  }
  const { pointer, part } = placeOf(difference)
  const rule = RULES.get(pointer.split('/')[1] ?? '') ?? 'S-2.3'
  return [faultAt(yaml, { rule, pointer, part, ...explain(yaml, difference, pointer) })]
}

function placeOf({ instancePath, keyword, params, propertyName }: Difference): {
  pointer: string
  part: 'key' | 'value'
} {
  if (propertyName !== undefined) return { pointer: pointerTo(instancePath, propertyName), part: 'key' }
  if (keyword === 'additionalProperties')
    return { pointer: pointerTo(instancePath, String(params['additionalProperty'])), part: 'key' }
  return { pointer: instancePath, part: 'value' }
}

function explain(yaml: YamlText, difference: Difference, pointer: string): { message: string; hint: string | null } {
  const { schemaPath, keyword, params } = difference
  const value = valueAt(yaml.value, pointer) ?? null
  const schema = schemaOf(schemaPath)
  const subject = subjectOf(pointer, value, difference.propertyName)
  switch (keyword) {
    case 'additionalProperties': {
      const known = Object.keys(isJsonObject(schema['properties'] ?? null) ? (schema['properties'] as JsonObject) : {})
      const hint =
        pointer === '/<<'
          ? 'There are no merge keys; use `extends`.'
          : didYouMean(String(params['additionalProperty']), known)
      return { message: `There is no key ${subject} here.`, hint: hint ?? `The keys are ${quoteAll(known)}.` }
    }
    case 'required':
      return { message: `\`${params['missingProperty']}\` is missing.`, hint: 'Begin the file with `tenon: 1`.' }
    case 'type':
      return explainType(pointer, value, subject, [params['type'] ?? null].flat().map(String))
    case 'enum': {
      const allowed = [params['allowedValues'] ?? null].flat().map(String)
      return {
        message: `${subject} must be one of ${quoteAll(allowed)}.`,
        hint: typeof value === 'string' ? didYouMean(value, allowed) : null,
      }
    }
    case 'const':
      return { message: `${subject} must be ${params['allowedValue']}.`, hint: null }
    case 'pattern':
      return { message: `${subject} ${schema['patternErrorMessage'] ?? 'has the wrong form'}.`, hint: null }
    case 'minLength':
      return { message: `${subject} must not be empty.`, hint: null }
    case 'minItems':
      return { message: `${subject} must name at least one.`, hint: 'Leave the key out to get the default.' }
    case 'maxLength':
      return { message: `${subject} is longer than ${params['limit']} characters.`, hint: null }
    case 'maxItems':
    case 'maxProperties':
      return { message: `${subject} has more than ${params['limit']} items.`, hint: null }
    case 'minimum':
    case 'maximum':
      return { message: `${subject} must be between ${schema['minimum']} and ${schema['maximum']}.`, hint: null }
    default:
      throw new Error(`no words for the keyword ${keyword} of the schema`)
  }
}

const TYPES: { readonly [type: string]: string } = {
  array: 'a list',
  object: 'a mapping',
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
}

function explainType(
  pointer: string,
  value: Json,
  subject: string,
  types: readonly string[],
): { message: string; hint: string | null } {
  const wanted = types.filter((type) => type !== 'null').map((type) => TYPES[type] ?? type)
  const message = `${subject} must be ${wanted.join(', ').replace(/, ([^,]*)$/, ' or $1')}, not ${kindOf(value)}.`
  const key = pointer.split('/').at(-1) ?? ''
  if (types.includes('array') && typeof value === 'string')
    return { message, hint: `Write it as a list: \`${key}: [${value}]\`.` }
  if (types.includes('boolean') && typeof value === 'string' && /^(?:yes|no|on|off)$/i.test(value)) {
    return { message, hint: `YAML 1.2 reads \`${value}\` as text; write \`${/^(?:yes|on)$/i.test(value)}\`.` }
  }
  if (types.includes('string') && value === null)
    return { message, hint: `For text that is empty, write \`${key}: ""\`.` }
  return { message, hint: null }
}

function subjectOf(pointer: string, value: Json, propertyName: string | undefined): string {
  const key = propertyName ?? (pointer.split('/').at(-1) ?? '').replaceAll('~1', '/').replaceAll('~0', '~')
  const isItem = propertyName === undefined && /^\d+$/.test(key)
  const text = isItem && typeof value === 'string' ? value : key
  if (isItem && (typeof value !== 'string' || value === '')) return 'An item'
  return `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``
}

function quoteAll(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ')
}

/** The schema that a keyword stands in. */
function schemaOf(schemaPath: string): JsonObject {
  const schema = valueAt(environmentSchema, schemaPath.slice(1, schemaPath.lastIndexOf('/'))) ?? null
  if (!isJsonObject(schema)) throw new Error(`no schema at ${schemaPath}`)
  return schema
}

export function valueAt(value: Json, pointer: string): Json | undefined {
  let at: Json | undefined = value
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as JsonObject)[key]
  }
  return at
}
