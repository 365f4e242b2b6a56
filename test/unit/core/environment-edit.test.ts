// Edits of environment files: each case shows the whole text before and after.

import { describe, expect, test } from 'vitest'
import { addRequirement, removeRequirement, setRange } from '../../../src/core/environment-edit.ts'
import { isToolError } from '../../../src/core/errors.ts'
import { parseRequirement } from '../../../src/core/requirement.ts'

const NEW = parseRequirement('npm:new@>=1 <3')
const PRIOR = parseRequirement({ npm: 'new@^1', priority: 3 })
const A = { prefix: 'npm', name: 'a' }
const B = { prefix: 'npm', name: 'b' }

function lines(...parts: string[]): string {
  return `${parts.join('\n')}\n`
}

describe('adding', () => {
  test.each<[string, string, string]>([
    [
      'behind the last item, before the comment that ends the list',
      lines(
        'tenon: 1',
        'packages:',
        '  # first',
        '  - npm:a # why',
        '',
        '  - npm:b',
        '  # end',
        'variables:',
        '  A: b',
      ),
      lines(
        'tenon: 1',
        'packages:',
        '  # first',
        '  - npm:a # why',
        '',
        '  - npm:b',
        '  - npm:new@>=1 <3',
        '  # end',
        'variables:',
        '  A: b',
      ),
    ],
    [
      'in the quotes and indentation of the item before, without a final line end where there was none',
      "tenon: 1\npackages:\n-   npm:b\n-   'npm:a'",
      "tenon: 1\npackages:\n-   npm:b\n-   'npm:a'\n-   'npm:new@>=1 <3'",
    ],
    [
      'with the line ends of the file',
      'tenon: 1\r\npackages:\r\n  - npm:a\r\n',
      'tenon: 1\r\npackages:\r\n  - npm:a\r\n  - npm:new@>=1 <3\r\n',
    ],
    [
      'to a list on one line',
      lines('tenon: 1', 'packages: [npm:a, npm:b] # x'),
      lines('tenon: 1', 'packages: [npm:a, npm:b, npm:new@>=1 <3] # x'),
    ],
    ['to an empty list', lines('tenon: 1', 'packages: [ ] # x'), lines('tenon: 1', 'packages: [npm:new@>=1 <3] # x')],
    [
      'to a list with a line for each item',
      lines('tenon: 1', 'packages: [', '  npm:a, # a', '  npm:b # b', ']'),
      lines('tenon: 1', 'packages: [', '  npm:a, # a', '  npm:b, # b', '  npm:new@>=1 <3', ']'),
    ],
    [
      'to a list with a comma at the end',
      lines('tenon: 1', 'packages: [', '  npm:a,', '  npm:b, # b', '  # end', ']'),
      lines('tenon: 1', 'packages: [', '  npm:a,', '  npm:b, # b', '  npm:new@>=1 <3,', '  # end', ']'),
    ],
    [
      'to a key without a value',
      lines('tenon: 1', 'packages: # none', '  # yet', 'checks: []'),
      lines('tenon: 1', 'packages: # none', '  - npm:new@>=1 <3', '  # yet', 'checks: []'),
    ],
    [
      'to a key that is null',
      lines('tenon: 1', 'packages: ~ # x'),
      lines('tenon: 1', 'packages: [npm:new@>=1 <3] # x'),
    ],
    [
      'to a key that stands alone',
      lines('tenon: 1', '? packages # x', 'variables: { A: b }'),
      lines('tenon: 1', '? packages # x', ': [npm:new@>=1 <3]', 'variables: { A: b }'),
    ],
    ['to a key that stands alone among others', '{packages, tenon: 1}\n', '{packages: [npm:new@>=1 <3], tenon: 1}\n'],
    [
      'to a file without the key',
      lines('tenon: 1', '# end'),
      lines('tenon: 1', '# end', 'packages:', '  - npm:new@>=1 <3'),
    ],
    ['to a file without the key or a final line end', 'tenon: 1', 'tenon: 1\npackages:\n  - npm:new@>=1 <3'],
    [
      'before the end mark of the document',
      lines('tenon: 1', '...', '# end'),
      lines('tenon: 1', 'packages:', '  - npm:new@>=1 <3', '...', '# end'),
    ],
    [
      'in the indentation of other lists',
      lines('tenon: 1', 'checks:', '- x'),
      lines('tenon: 1', 'checks:', '- x', 'packages:', '- npm:new@>=1 <3'),
    ],
    ['to a file that is JSON', '{"tenon": 1}\n', '{"tenon": 1, "packages": ["npm:new@>=1 <3"]}\n'],
    [
      'to JSON whose last item is a mapping',
      '{"tenon": 1, "packages": [{"npm": "a"}]}\n',
      '{"tenon": 1, "packages": [{"npm": "a"}, "npm:new@>=1 <3"]}\n',
    ],
    [
      'behind a long form',
      lines('tenon: 1', 'packages:', '  - npm: a', '    version: 1 # x'),
      lines('tenon: 1', 'packages:', '  - npm: a', '    version: 1 # x', '  - npm:new@>=1 <3'),
    ],
    [
      'behind a block scalar',
      lines('tenon: 1', 'packages:', '  - >-', '    npm:a', '', 'checks: []'),
      lines('tenon: 1', 'packages:', '  - >-', '    npm:a', '  - npm:new@>=1 <3', '', 'checks: []'),
    ],
    ['behind a byte order mark', '\uFEFFtenon: 1\n', '\uFEFFtenon: 1\npackages:\n  - npm:new@>=1 <3\n'],
  ])('S-2.15 %s', (_, before, after) => {
    expect(addRequirement(before, NEW)).toBe(after)
    expect(addRequirement(after, NEW)).toBe(after)
  })

  test('S-2.15 a path is written relative to the file', () => {
    expect(addRequirement(lines('tenon: 1', 'packages:', '  - npm:a'), parseRequirement('path:./tools/x'))).toContain(
      '  - path:../tools/x\n',
    )
  })

  test('S-2.15 what the short form cannot say is written in the long form', () => {
    expect(addRequirement(lines('tenon: 1', 'packages:', '  - npm:a'), PRIOR)).toBe(
      lines('tenon: 1', 'packages:', '  - npm:a', '  - npm: new@^1', '    priority: 3'),
    )
    expect(addRequirement(lines('tenon: 1', 'packages: [npm:a]'), PRIOR)).toBe(
      lines('tenon: 1', 'packages: [npm:a, {npm: new@^1, priority: 3}]'),
    )
  })

  test('S-2.15 what YAML would read as something else is quoted', () => {
    for (const text of [
      'pypi:httpx[http2]@>=0.27,<1',
      'npm:a@*',
      'git:https://example.org/a#b@v1',
      'path:./a: b',
      'path:./a #b',
      "path:./it's",
      'path:./漢字',
    ]) {
      for (const file of [
        lines('tenon: 1', 'packages: []'),
        lines('tenon: 1', 'packages:'),
        lines('tenon: 1', "packages: ['npm:x']"),
        lines('tenon: 1', 'packages: ["npm:x"]'),
      ]) {
        const requirement = parseRequirement(text)
        expect(removeRequirement(addRequirement(file, requirement), requirement)).not.toBe(null)
      }
    }
  })

  test('S-2.15 adding what is there with another range replaces the range where it stands', () => {
    const before = lines('tenon: 1', 'packages:', '  - "npm:a@^1" # why', '  - npm:b')
    expect(addRequirement(before, parseRequirement('npm:a@^2'))).toBe(before.replace('^1', '^2'))
    expect(addRequirement(before, parseRequirement('npm:a'))).toBe(before.replace('@^1', ''))
  })

  test('S-2.15 adding what is there keeps its priority, and another priority replaces it', () => {
    const before = lines('tenon: 1', 'packages:', '  - npm: new@^1', '    priority: 7', '  - npm:b')
    expect(addRequirement(before, parseRequirement('npm:new@^2'))).toBe(before.replace('^1', '^2'))
    expect(addRequirement(before, PRIOR)).toBe(
      lines('tenon: 1', 'packages:', '  - npm:b', '  - npm: new@^1', '    priority: 3'),
    )
  })

  test('S-2.15 a registry that the file does not declare is refused', () => {
    const act = () => addRequirement(lines('tenon: 1'), parseRequirement('nmp:a'))
    expect(act).toThrow('does not declare')
    try {
      act()
    } catch (error) {
      expect(isToolError(error, 'E_USAGE') && error.hint).toBe('Did you mean `npm`?')
    }
  })

  test('S-2.15 a file with faults is not edited', () => {
    expect(() => addRequirement(lines('tenon: 1', 'x: 1'), NEW)).toThrow('There is no key `x` here.')
  })
})

describe('removing', () => {
  test.each<[string, string, string]>([
    [
      'the line with its comment',
      lines('tenon: 1', 'packages:', '  # for a', '  - npm:a # why', '', '  - npm:b # b'),
      lines('tenon: 1', 'packages:', '  # for a', '', '  - npm:b # b'),
    ],
    [
      'all lines of a long form',
      lines('tenon: 1', 'packages:', '  - npm: a', '    # in it', '    version: 1', '  - npm:b'),
      lines('tenon: 1', 'packages:', '  - npm:b'),
    ],
    [
      'the only item',
      lines('tenon: 1', 'packages:', '  - npm:a', '  # end', 'checks: []'),
      lines('tenon: 1', 'packages:', '  # end', 'checks: []'),
    ],
    [
      'the last line of a file without a final line end',
      'tenon: 1\npackages:\n  - npm:b\n  - npm:a',
      'tenon: 1\npackages:\n  - npm:b',
    ],
    ['with CRLF', 'tenon: 1\r\npackages:\r\n  - npm:b\r\n  - npm:a', 'tenon: 1\r\npackages:\r\n  - npm:b'],
    ['the first on a line', lines('tenon: 1', 'packages: [npm:a, npm:b]'), lines('tenon: 1', 'packages: [npm:b]')],
    ['the last on a line', lines('tenon: 1', 'packages: [ npm:b, npm:a ]'), lines('tenon: 1', 'packages: [ npm:b ]')],
    ['the only one on a line', lines('tenon: 1', 'packages: [npm:a]'), lines('tenon: 1', 'packages: []')],
    ['the only one with its comma', lines('tenon: 1', 'packages: [npm:a,]'), lines('tenon: 1', 'packages: []')],
    [
      'the last before a comma',
      lines('tenon: 1', 'packages: [npm:b, npm:a,]'),
      lines('tenon: 1', 'packages: [npm:b,]'),
    ],
    [
      'a line of a flow list',
      lines('tenon: 1', 'packages: [', '  npm:b, # b', '  npm:a # a', ']'),
      lines('tenon: 1', 'packages: [', '  npm:b, # b', ']'),
    ],
    ['from JSON', '{"tenon": 1, "packages": ["npm:a", {"npm": "b"}]}', '{"tenon": 1, "packages": [{"npm": "b"}]}'],
  ])('S-2.15 %s', (_, before, after) => {
    expect(removeRequirement(before, A)).toBe(after)
  })

  test('S-2.15 what is not there is not removed', () => {
    expect(removeRequirement(lines('tenon: 1', 'packages: [npm:b]'), A)).toBe(null)
    expect(removeRequirement(lines('tenon: 1'), A)).toBe(null)
    expect(setRange(lines('tenon: 1'), A, '1')).toBe(null)
  })
})

describe('changing a range', () => {
  test.each<[string, string, string, string]>([
    ['in the short form', '- npm:a@^1 # x', '^2', '- npm:a@^2 # x'],
    ['where there was none', "- 'npm:a'", '^2', "- 'npm:a@^2'"],
    ['to any', '- npm:a@^1', '', '- npm:a'],
    ['in the long form', '- {npm: a, version: 1}', '~5.9', '- {npm: a, version: ~5.9}'],
    [
      'in the long form, where quotes become necessary',
      '- {npm: a, version: 1}',
      '>=1 <3',
      '- {npm: a, version: ">=1 <3"}',
    ],
    ['in the long form, behind the name', '- {npm: a@1, priority: 1}', '2', '- {npm: a@2, priority: 1}'],
    ['of an alias', '- npm:a@npm:real@^1', 'npm:real@^2', '- npm:a@npm:real@^2'],
  ])('S-2.15 %s', (_, before, constraint, after) => {
    const file = (item: string) => lines('tenon: 1', 'packages:', '  - npm:b@1', `  ${item}`, '  # end')
    expect(setRange(file(before), A, constraint)).toBe(file(after))
  })

  test('S-2.15 as the user spells the name', () => {
    const before = lines('tenon: 1', 'packages: ["pypi:HTTPX[http2]@ >=1"]')
    expect(setRange(before, { prefix: 'pypi', name: 'httpx' }, '>=2')).toBe(
      lines('tenon: 1', 'packages: ["pypi:HTTPX[http2]@>=2"]'),
    )
    const git = lines('tenon: 1', 'packages:', '  - git: https://example.org/a.git', '    directory: x', '    rev: v1')
    expect(setRange(git, { prefix: 'git', name: 'https://example.org/a.git#x' }, 'v2')).toBe(git.replace('v1', 'v2'))
  })

  test('S-2.15 a range that cannot be read is refused', () => {
    expect(() => setRange(lines('tenon: 1', 'packages: [npm:b]'), B, '1.2.3.4')).toThrow(
      'neither a range of npm nor a tag',
    )
  })
})
