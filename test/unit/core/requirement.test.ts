// The grammar of requirements: what is read, what it means, and what is said about the rest.

import fc from 'fast-check'
import validRange from 'semver/ranges/valid.js'
import { describe, expect, test } from 'vitest'
import { isToolError } from '../../../src/core/errors.ts'
import {
  type LongForm,
  parseRequirement,
  printRequirement,
  resolveInWorkspace,
  withConstraint,
} from '../../../src/core/requirement.ts'

const SHA = '9f'.repeat(32)
const SRI256 = `sha256-${Buffer.from(SHA, 'hex').toString('base64')}`
const SHA512 = `sha512-${Buffer.alloc(64, 7).toString('base64')}`

function refusal(written: string | LongForm, directory = '.'): { message: string; hint: string | null } {
  try {
    parseRequirement(written, { directory })
  } catch (error) {
    if (!isToolError(error, 'E_USAGE')) throw error
    return { message: error.message, hint: error.hint }
  }
  throw new Error(`${JSON.stringify(written)} was read`)
}

describe('the short form', () => {
  test.each([
    ['npm:typescript@~5.9', 'npm', 'typescript', '~5.9'],
    ['npm:typescript', 'npm', 'typescript', ''],
    ['npm:typescript@next', 'npm', 'typescript', 'next'],
    ['npm:typescript@*', 'npm', 'typescript', '*'],
    ['npm:typescript@>=1 <3 || 4', 'npm', 'typescript', '>=1 <3 || 4'],
    ['npm:@types/node@^24', 'npm', '@types/node', '^24'],
    ['npm:@types/node', 'npm', '@types/node', ''],
    ['npm:left@npm:left-pad@^1.3', 'npm', 'left', 'npm:left-pad@^1.3'],
    ['npm:left@npm:@scope/pad', 'npm', 'left', 'npm:@scope/pad'],
    ['npm:JSONStream@1', 'npm', 'JSONStream', '1'],
    ['pypi:httpx@>=0.27,<1', 'pypi', 'httpx', '>=0.27,<1'],
    ['deb:jq', 'debian', 'jq', ''],
    ['deb:libstdc++6@>=12.2.0-14', 'debian', 'libstdc++6', '>=12.2.0-14'],
    ['core:chroma@^0.1', 'registry', 'chroma', '^0.1'],
    ['git:https://example.org/a.git', 'git', 'https://example.org/a.git', ''],
    ['git:https://example.org/a.git@feature/x', 'git', 'https://example.org/a.git', 'feature/x'],
    ['git:ssh://git@example.org/a.git#packages/lint@v1', 'git', 'ssh://git@example.org/a.git#packages/lint', 'v1'],
    ['url:https://example.org/a@b.gguf', 'url', 'https://example.org/a@b.gguf', ''],
    [`url:https://example.org/a@sha256:${SHA}`, 'url', 'https://example.org/a', `sha256:${SHA}`],
    ['url:https://example.org/a@sha512-9f@x', 'url', 'https://example.org/a@sha512-9f@x', ''],
    [`url:https://example.org/a@${SHA512}`, 'url', 'https://example.org/a', SHA512],
    ['url:https://example.org/a?file=b', 'url', 'https://example.org/a?file=b', ''],
    ['git:../tools.git', 'git', '../tools.git', ''],
    ['git:./tools#packages/lint@v1', 'git', './tools#packages/lint', 'v1'],
    ['git:.@v1', 'git', '.', 'v1'],
    ['git:file:///srv/git/tools.git@main', 'git', 'file:///srv/git/tools.git', 'main'],
    ['path:./tools/hello', 'path', 'tools/hello', ''],
    ['path:.', 'path', '.', ''],
  ])('S-2.4 `%s` is read and printed again', (text, source, name, constraint) => {
    const requirement = parseRequirement(text)
    expect(requirement).toMatchObject({ source, name, constraint, priority: 0, options: {}, text })
    expect(printRequirement(requirement)).toBe(text)
  })

  test('S-2.4 what means the same has one canonical text', () => {
    expect(parseRequirement('pypi:HTTPX_Client[Http2, Cli,cli]@ >= 0.27 , < 1').text).toBe(
      'pypi:httpx-client[cli,http2]@>=0.27,<1',
    )
    expect(parseRequirement('npm:a@ >=1   <2').text).toBe('npm:a@>=1 <2')
    expect(parseRequirement(`url:https://example.org/a@sha256:${SHA.toUpperCase()}`).text).toContain(SHA)
  })

  test.each([
    ['typescript', 'npm:typescript'],
    ['@types/node@^24', 'npm:@types/node@^24'],
    ['./tools/hello', 'path:./tools/hello'],
    ['pip:httpx', 'pypi:httpx'],
    ['apt:jq', 'deb:jq'],
    ['https://example.org/x', 'url:https://example.org/x'],
    ['npm:typescript>=5', 'npm:typescript@>=5'],
    ['npm:typescript~5.9', 'npm:typescript@~5.9'],
    ['pypi:httpx>=0.27', 'pypi:httpx@>=0.27'],
    ['pypi:httpx@0.27', '==0.27'],
  ])('S-2.4 `%s` is refused with the hint `%s`', (text, hint) => {
    expect(refusal(text).hint).toContain(`\`${hint}\``)
  })

  test.each([
    ['', 'does not say which source'],
    ['npm:', 'names no package'],
    ['npm:.hidden', 'not a name that npm allows'],
    ['npm:_x', 'not a name that npm allows'],
    ['npm:../x', 'not a name that npm allows'],
    ['npm:@scope', 'not a name that npm allows'],
    ['npm:a/b', 'not a name that npm allows'],
    ['npm:node_modules', 'not a name that npm allows'],
    [`npm:${'a'.repeat(215)}`, 'not a name that npm allows'],
    ['npm:a@', 'no range after `@`'],
    ['npm:a@ ', 'has a space'],
    ['npm:a@1.2.3.4', 'neither a range of npm nor a tag'],
    ['npm:a@git+https://example.org/a', 'is an address, not a range'],
    ['npm:a@file:../b', 'is an address, not a range'],
    ['npm:a@npm:b@npm:c', 'is an address, not a range'],
    ['npm:a[x]@1', 'not a name that npm allows'],
    [`npm:a@${'1'.repeat(300)}`, 'longer than'],
    [`npm:${'a'.repeat(3000)}`, 'longer than'],
    ['npm:a\u0000b', 'control character'],
    ['npm:a\u001b[31m', 'control character'],
    ['npm: a', 'has a space'],
    ['deb:jq[x]', 'knows no extras'],
    ['core:app[gui]@^1', 'knows no extras'],
    ['deb:JQ', 'not a name that Debian allows'],
    ['pypi:-x', 'not a name that PyPI allows'],
    ['core:x@next', 'not a semver range'],
    ['git:example.org/x', 'not an address'],
    ['git:git@example.org:x.git', 'not an address'],
    ['git:https://user:secret@example.org/x', 'must not hold'],
    ['git:https://example.org/x#../../y', 'not a directory inside'],
    ['git:https://example.org/x@--upload-pack=x', 'not a revision'],
    ['url:file:///etc/passwd', 'not an address'],
    ['url:https://example.org/x@sha256:12', 'has 64'],
    ['url:https://example.org/x@sha512-12', 'no hash of the form'],
    ['url:https://example.org/x?token=abc', 'looks like a credential, `token`'],
    ['url:https://example.org/x?a=b&X-Amz-Signature=abc', 'looks like a credential, `X-Amz-Signature`'],
    ['git:./x#../y', 'not a directory inside'],
    ['git:./a\\b', 'written with `/`'],
    ['path:/usr', 'outside the workspace'],
    ['path:../x', 'outside the workspace'],
    ['path:a/../../x', 'outside the workspace'],
    ['path:~/x', 'is not known here'],
    ['path:a\\b', 'written with `/`'],
  ])('S-2.4 `%s` is refused: %s', (text, why) => {
    expect(refusal(text).message).toContain(why)
  })

  test('S-2.4 a refusal never shows a control character', () => {
    expect(refusal('npm:a\u001b[31m').message).not.toContain('\u001b')
  })
})

describe('the long form', () => {
  test.each<[LongForm, string]>([
    [{ npm: 'typescript', version: '~5.9' }, 'npm:typescript@~5.9'],
    [{ npm: 'typescript@~5.9' }, 'npm:typescript@~5.9'],
    [{ npm: '@types/node', version: '' }, 'npm:@types/node'],
    [{ npm: 'left', version: 'npm:left-pad@^1' }, 'npm:left@npm:left-pad@^1'],
    [{ pypi: 'httpx[http2]', version: '>=0.27' }, 'pypi:httpx[http2]@>=0.27'],
    [{ registry: 'core:chroma', version: '^0.1' }, 'core:chroma@^0.1'],
    [{ git: 'https://example.org/a.git', rev: 'v1', directory: 'x/y' }, 'git:https://example.org/a.git#x/y@v1'],
    [{ url: 'https://example.org/a', sha256: SHA }, `url:https://example.org/a@sha256:${SHA}`],
    [{ url: 'https://example.org/a', integrity: SHA512 }, `url:https://example.org/a@${SHA512}`],
    [{ url: 'https://example.org/a', integrity: SRI256 }, `url:https://example.org/a@sha256:${SHA}`],
    [{ git: '../a.git', rev: 'v1', directory: 'x/y' }, 'git:../a.git#x/y@v1'],
    [{ path: './tools/hello/' }, 'path:./tools/hello'],
  ])('S-2.5 %j means the same as `%s`', (long, short) => {
    expect(parseRequirement(long)).toEqual(parseRequirement(short))
  })

  test('S-2.5 priority and options are part of the value, not of the text', () => {
    const requirement = parseRequirement({ url: 'https://example.org/a', unpack: true, executable: false, priority: 7 })
    expect(requirement).toMatchObject({ priority: 7, options: { unpack: true }, text: 'url:https://example.org/a' })
  })

  test('S-2.5 a range or directory is given once', () => {
    expect(refusal({ npm: 'a@1', version: '2' }).message).toContain('gives the range twice')
    expect(refusal({ git: 'https://example.org/a#x', directory: 'y' }).message).toContain('gives the directory twice')
    expect(refusal({ git: 'https://example.org/a', directory: 'y@z' }).message).toContain('cannot hold `@`')
  })
})

test('S-2.6 a path starts where it is written and is kept relative to the workspace', () => {
  const requirement = parseRequirement('path:../tools/hello', { directory: 'environments' })
  expect(requirement).toMatchObject({ name: 'tools/hello', text: 'path:./tools/hello' })
  expect(parseRequirement({ path: '../tools//./hello/' }, { directory: 'environments' })).toEqual(requirement)
  expect(printRequirement(requirement, { directory: 'environments' })).toBe('path:../tools/hello')
  expect(printRequirement(requirement, { directory: 'tools/hello' })).toBe('path:.')
  expect(printRequirement(requirement, { directory: 'tools' })).toBe('path:./hello')
  expect(resolveInWorkspace('environments', '../..')).toBe(null)
  expect(resolveInWorkspace('environments', '..')).toBe('.')
  expect(resolveInWorkspace('environments', '../..x')).toBe('..x')
})

test('S-2.4 a requirement can be given another range', () => {
  const requirement = parseRequirement({ npm: '@types/node@^24', priority: 3 })
  expect(withConstraint(requirement, '^25')).toEqual({ ...requirement, constraint: '^25', text: 'npm:@types/node@^25' })
  expect(withConstraint(requirement, '').text).toBe('npm:@types/node')
  expect(() => withConstraint(parseRequirement('path:./x'), '1')).toThrow('a directory has no versions')
})

test('S-2.6 a repository beside the file is meant relative to it, and may lie outside of the workspace', () => {
  const requirement = parseRequirement({ git: '../../tools.git', directory: 'lint' }, { directory: 'environments' })
  expect(requirement).toMatchObject({ name: '../tools.git#lint', text: 'git:../tools.git#lint' })
  expect(printRequirement(requirement, { directory: 'environments' })).toBe('git:../../tools.git#lint')
  const inside = parseRequirement('git:./vendor/x@v1', { directory: '.' })
  expect(printRequirement(inside, { directory: 'environments' })).toBe('git:../vendor/x@v1')
})

test('S-2.5 what a file at an address is, is said by its long form alone', () => {
  const url = 'https://example.org/a.tar.gz'
  expect(parseRequirement({ url, unpack: true, strip: 0, place: 'share/x' }).options).toEqual({
    unpack: true,
    strip: 0,
    place: 'share/x',
  })
  expect(refusal({ url, strip: 1 }).message).toContain('cannot be read: it is not unpacked')
  expect(refusal({ url, unpack: true, executable: true }).message).toContain('not executable itself')
  expect(refusal({ url, sha256: SHA, integrity: SHA512 }).message).toContain('two hashes')
})

test('S-2.4 what is taken for a range of npm without its parser is one, leading zeros included', () => {
  const number = fc.stringMatching(/^[0-9]{1,9}$/)
  const range = fc
    .tuple(fc.constantFrom('', '^', '~'), fc.array(number, { minLength: 1, maxLength: 3 }))
    .map(([mark, numbers]) => mark + numbers.join('.'))
  fc.assert(
    fc.property(range, (text) => {
      expect(validRange(text, { loose: true })).not.toBeNull()
      expect(parseRequirement(`npm:a@${text}`, { directory: '.' }).constraint).toBe(text)
    }),
  )
})

test.each([
  'git:https://me:hunter2@example.org/x',
  'url:https://me:hunter2@example.org/x@sha256:00',
  'git:ssh://me:hunter2@example.org/x',
])('S-2.4 a password in %s is refused and not repeated', (text) => {
  try {
    parseRequirement(text)
  } catch (error) {
    expect(`${(error as Error).message} ${JSON.stringify(error)}`).not.toContain('hunter2')
    return
  }
  throw new Error('it was read')
})
