// Holds a YAML file against the JSON Schema of its form and says each difference as a person would. It knows how ajv reports, and
// nothing of what the values mean; that is environment-file.ts and package-file.ts.

import type { Requirement } from './environment.ts'
import { isToolError } from './errors.ts'
import { type Fault, faultsError } from './fault.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { didYouMean } from './nearest.ts'
import { parseRequirement, type RequirementOptions, SOURCE_KEYS, sourceKeysOf } from './requirement.ts'
import { pointerTo, positionAt, type YamlText } from './yaml.ts'

/** A kind of file: what it must look like, and which rules of flake-like.spec.md its parts are under. */
export interface Form {
  readonly schema: JsonObject
  readonly validate: { (data: unknown): boolean; errors?: readonly Difference[] | null }
  /** With its article: `An environment file`. */
  readonly title: string
  /** What to write first in an empty file. */
  readonly begin: string
  /** Pointers of the lists whose items are requirements. */
  readonly requirementLists: readonly string[]
  /** The rule of a top-level key, and of the whole file for ''. */
  readonly rules: ReadonlyMap<string, string>
  /** The rules of the short and the long form of requirements, and of directories. */
  readonly requirementRules: { readonly short: string; readonly long: string; readonly path: string }
}

/** What ajv reports, as far as it is used. */
export interface Difference {
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

/** Every difference between the file and its form; empty when it has the right shape. @throws ToolError E_ENV_INVALID for a newer format */
export function checkShape(yaml: YamlText, form: Form): readonly Fault[] {
  const { value } = yaml
  const rule = ruleOf(form, '')
  if (value === null || !isJsonObject(value)) {
    const message = value === null ? 'The file is empty.' : `${form.title} is a mapping of keys, not ${kindOf(value)}.`
    return [faultAt(yaml, { rule, pointer: '', message, hint: form.begin })]
  }
  if (typeof value['tenon'] === 'number' && value['tenon'] > 1) {
    const message = `The file is written for a newer Tenon: its format is ${value['tenon']}, and this one reads 1.`
    // Nothing else that this Tenon could say about the file would be true.
    throw faultsError(yaml.path, [faultAt(yaml, { rule, pointer: '/tenon', message, hint: 'Update Tenon.' })])
  }
  const { validate } = form
  if (validate(value)) return []
  // Empty when only short forms are wrong, which the grammar refuses too.
  return [
    ...form.requirementLists.flatMap((list) => requirementFaults(yaml, form, list)),
    ...(validate.errors ?? []).flatMap((difference) => faultsOf(yaml, form, difference)),
  ]
}

/** The requirement that a sound item of a list of requirements asks for, or what is wrong with it. `directory` as for `parseRequirement`. */
export function requirementAt(
  yaml: YamlText,
  form: Form,
  { pointer, ...options }: { readonly pointer: string } & RequirementOptions,
): Requirement | Fault {
  const value = valueAt(yaml.value, pointer) ?? null
  try {
    if (!isJsonObject(value)) return parseRequirement(textAt(yaml, pointer), options)
    // Ranges and revisions that look like numbers are text as they are written; `priority` is a number.
    const longForm: Record<string, Json> = Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        key !== 'priority' && typeof item === 'number' ? textAt(yaml, pointerTo(pointer, key)) : item,
      ]),
    )
    return parseRequirement(longForm, options)
  } catch (error) {
    if (!isToolError(error, 'E_USAGE')) throw error
    const key = isJsonObject(value) ? sourceKeysOf(value)[0] : undefined
    const isPath = key === 'path' || (typeof value === 'string' && value.startsWith('path:'))
    const { short, long, path } = form.requirementRules
    return faultAt(yaml, {
      rule: isPath ? path : key === undefined ? short : long,
      pointer: key === undefined ? pointer : pointerTo(pointer, key),
      message: error.message,
      hint: error.hint,
    })
  }
}

/** A scalar as it is written: `1.10` is the text `1.10`, never the number 1.1. */
export function textAt(yaml: YamlText, pointer: string): string {
  const value = valueAt(yaml.value, pointer)
  return typeof value === 'string' ? value : (yaml.nodes.get(pointer)?.source ?? '')
}

function ruleOf(form: Form, pointer: string): string {
  const rule = form.rules.get(pointer.split('/')[1] ?? '') ?? form.rules.get('')
  if (rule === undefined) throw new Error('a form without a rule')
  return rule
}

/** Text, a number, a list, …: with its article. */
export function kindOf(value: Json): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'a number' : 'true or false'
}

/** Requirements that match no alternative of the schema at all. The others are held against the alternative that their source key picks. */
function requirementFaults(yaml: YamlText, form: Form, list: string): readonly Fault[] {
  const items = valueAt(yaml.value, list)
  if (!Array.isArray(items)) return []
  return items.flatMap((item: Json, index) => {
    if (alternativeOf(item) !== null) return []
    const pointer = pointerTo(list, index)
    const fault = (message: string, hint: string): readonly Fault[] => [
      faultAt(yaml, { rule: form.requirementRules.long, pointer, message, hint }),
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

function faultsOf(yaml: YamlText, form: Form, difference: Difference): readonly Fault[] {
  const { instancePath, schemaPath, keyword } = difference
  // The first two only repeat that something below them is wrong; what is wrong with a short form, the grammar says better.
  if (keyword === 'anyOf' || keyword === 'propertyNames' || schemaPath === '#/$defs/short/pattern') return []
  const list = form.requirementLists.find((pointer) => instancePath.startsWith(`${pointer}/`))
  if (list !== undefined) {
    const item = pointerTo(list, instancePath.slice(list.length + 1).split('/')[0] ?? '')
    const alternative = alternativeOf(valueAt(yaml.value, item))
    if (alternative === null || !schemaPath.startsWith(`#/$defs/${alternative}/`)) return []
  }
  const { pointer, part } = placeOf(difference)
  return [faultAt(yaml, { rule: ruleOf(form, pointer), pointer, part, ...explain(yaml, form, difference) })]
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

function explain(yaml: YamlText, form: Form, difference: Difference): { message: string; hint: string | null } {
  const { schemaPath, keyword, params } = difference
  const { pointer } = placeOf(difference)
  const value = valueAt(yaml.value, pointer) ?? null
  const schema = schemaOf(form, schemaPath)
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
      return {
        message: `\`${params['missingProperty']}\` is missing.`,
        hint: params['missingProperty'] === 'tenon' ? 'Begin the file with `tenon: 1`.' : null,
      }
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
function schemaOf(form: Form, schemaPath: string): JsonObject {
  const schema = valueAt(form.schema, schemaPath.slice(1, schemaPath.lastIndexOf('/'))) ?? null
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
