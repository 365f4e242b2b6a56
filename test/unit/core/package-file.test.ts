import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { isToolError, type ToolError } from '../../../src/core/errors.ts'
import { faultsOf, renderFaults } from '../../../src/core/fault.ts'
import { packagePart } from '../../../src/core/native-package.ts'
import { packageToJson, parsePackageFile, parsePackageValue } from '../../../src/core/package-file.ts'
import { readYaml } from '../../../src/core/yaml.ts'

const SMALL = `tenon: 1
name: markdown
version: 1.2.0
type: library
description: Turns Markdown into HTML.
`

const FULL = `${SMALL}license: Apache-2.0
homepage: https://example.org/markdown
systems: [x86_64-linux]
dependencies:
  - core:escape@^1
  - npm: marked
    version: 16
  - git: https://example.org/team/tools.git
    rev: v1.2.0
commands:
  md: bin/md
files:
  share/doc/markdown: doc
variables:
  MARKDOWN_FLAVOUR: 1.10
services:
  preview:
    command: [md, --serve, --port, 8000]
    ready: { http: "http://127.0.0.1:8000/health", timeout: 5 }
    variables: { MODE: preview }
    directory: markdown/preview
on:
  x86_64-linux:
    dependencies: [npm:fast-md]
    commands: { md-fast: bin/fast }
metadata:
  product: "16"
`

function faultsIn(text: string): string {
  const error = failure(() => parsePackageFile(text, 'packages/markdown/package.yaml'))
  return renderFaults('package.yaml', faultsOf(error))
}

function failure(work: () => unknown): ToolError {
  try {
    work()
  } catch (error) {
    if (isToolError(error, 'E_PACKAGE_INVALID')) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('a package file', () => {
  it('S-12.1 gives a value with every part, also when only the required ones are written', () => {
    expect(parsePackageFile(SMALL)).toEqual({
      name: 'markdown',
      version: '1.2.0',
      type: 'library',
      description: 'Turns Markdown into HTML.',
      license: null,
      homepage: null,
      systems: null,
      dependencies: [],
      commands: {},
      variables: {},
      files: {},
      services: {},
      on: {},
      metadata: {},
    })
  })

  it('S-12.1 keeps text as it is written, and requirements in their short form', () => {
    const value = parsePackageFile(FULL)
    expect(value.dependencies.map((item) => item.text)).toEqual([
      'core:escape@^1',
      'npm:marked@16',
      'git:https://example.org/team/tools.git@v1.2.0',
    ])
    expect(value.variables).toEqual({ MARKDOWN_FLAVOUR: '1.10' })
    expect(value.services['preview']).toEqual({
      command: ['md', '--serve', '--port', '8000'],
      ready: { kind: 'http', url: 'http://127.0.0.1:8000/health', timeout: 5 },
      variables: { MODE: 'preview' },
      directory: 'markdown/preview',
    })
    expect(value.metadata).toEqual({ product: '16' })
  })

  it('S-12.7 takes variables that name a place in the package, and writes every path in one form', () => {
    const lines = `commands: { md: ./bin//md }
files: { share/./doc: doc/ }
variables: { MODEL: { path: ./share/model }, FLAVOUR: 1.10 }
services: { serve: { command: [md], variables: { MODEL: { path: share/model } } } }
`
    const value = parsePackageFile(`${SMALL}${lines}`)
    expect(value).toMatchObject({
      commands: { md: 'bin/md' },
      files: { 'share/doc': 'doc' },
      variables: { MODEL: { path: 'share/model' }, FLAVOUR: '1.10' },
    })
    expect(value.services['serve']?.variables).toEqual({ MODEL: { path: 'share/model' } })
    expect(parsePackageValue(packageToJson(value), 'again')).toEqual(value)
  })

  it('S-12.6 joins what one system has in addition to the rest', () => {
    const value = parsePackageFile(FULL)
    const part = packagePart(value, 'x86_64-linux')
    expect(part.dependencies.map((item) => item.text).at(-1)).toBe('npm:fast-md')
    expect(part.commands).toEqual({ md: 'bin/md', 'md-fast': 'bin/fast' })
    expect(packagePart(value, 'aarch64-linux')).toBe(value)
  })

  it('S-12.1 names every missing key at once', () => {
    const text = faultsIn('tenon: 1\n')
    for (const key of ['name', 'version', 'type', 'description']) expect(text).toContain(`\`${key}\` is missing.`)
  })

  it.each([
    ['S-12.1', 'an unknown key', `${SMALL}licence: MIT\n`, 'Did you mean `license`?'],
    ['S-12.1', 'an unknown type', SMALL.replace('library', 'libary'), 'Did you mean `library`?'],
    ['S-12.1', 'a name with capitals', SMALL.replace('markdown', 'Markdown'), 'must be lower-case letters'],
    ['S-12.2', 'a version of two numbers', SMALL.replace('1.2.0', '1.2'), '`1.2` is not a version'],
    ['S-12.2', 'a version with build metadata', SMALL.replace('1.2.0', '1.2.0+4'), 'is not a version'],
    ['S-12.3', 'a dependency on a directory', `${SMALL}dependencies: [path:../x]\n`, 'outside the workspace'],
    [
      'S-12.3',
      'a dependency on a directory inside',
      `${SMALL}dependencies: [path:x]\n`,
      'cannot depend on a directory',
    ],
    ['S-12.3', 'a dependency that is there twice', `${SMALL}dependencies: [npm:a, npm:a@1]\n`, 'is there twice'],
    ['S-12.3', 'a dependency without a source', `${SMALL}dependencies: [marked]\n`, 'does not say which source'],
    ['S-12.4', 'a command that leads out', `${SMALL}commands: { md: ../md }\n`, 'must be a relative path'],
    ['S-12.4', 'a command with a slash', `${SMALL}commands: { a/b: md }\n`, 'is not a name a command can have'],
    ['S-12.4', 'a variable that shells work by', `${SMALL}variables: { IFS: x }\n`, 'cannot be set'],
    ['S-12.4', 'a command that is the package itself', `${SMALL}commands: { md: ./. }\n`, 'names no file'],
    ['S-12.7', 'a place that leads out', `${SMALL}variables: { X: { path: a/../../b } }\n`, 'must be a relative path'],
    ['S-12.7', 'a place of the machine', `${SMALL}variables: { X: { path: /etc } }\n`, 'must be a relative path'],
    ['S-12.7', 'a place without a path', `${SMALL}variables: { X: {} }\n`, '`path` is missing'],
    ['S-12.7', 'a place with more', `${SMALL}variables: { X: { path: a, paht: b } }\n`, 'Did you mean `path`?'],
    [
      'S-12.5',
      'a place of a service that leads out',
      `${SMALL}services: { a: { command: [x], variables: { X: { path: .. } } } }\n`,
      'must be a relative path',
    ],
    ['S-12.5', 'a service without a command', `${SMALL}services: { a: {} }\n`, '`command` is missing'],
    [
      'S-12.5',
      'two ways to be ready',
      `${SMALL}services: { a: { command: [x], ready: { port: 1, file: x } } }\n`,
      'exactly one way',
    ],
    [
      'S-12.5',
      'an address of another machine',
      `${SMALL}services: { a: { command: [x], ready: { http: "http://example.org/" } } }\n`,
      'an address of this machine',
    ],
    ['S-12.6', 'a system that is not known', `${SMALL}on: { x86-linux: {} }\n`, 'There is no key `x86-linux` here'],
    [
      'S-12.3',
      'a wrong requirement of one system',
      `${SMALL}on: { x86_64-linux: { dependencies: [5] } }\n`,
      'A package is text or a mapping',
    ],
    ['S-12.1', 'a newer format', SMALL.replace('tenon: 1', 'tenon: 2'), 'a newer Tenon'],
    ['S-2.2', 'what is not YAML', '{', 'package.yaml:1:'],
  ])('%s refuses %s, with its place', (rule, _, text, words) => {
    const drawn = faultsIn(text)
    expect(drawn).toContain(words)
    expect(drawn).toContain(`[${rule}]`)
  })

  it('S-12.1 the published schema accepts what is accepted here', () => {
    const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../../schema/package.schema.json'), 'utf8'))
    const validate = new Ajv({ strict: false }).compile(schema)
    for (const text of [SMALL, FULL]) expect(validate(readYaml(text, 'package.yaml').value)).toBe(true)
    expect(validate(readYaml('tenon: 1', 'package.yaml').value)).toBe(false)
  })
})
