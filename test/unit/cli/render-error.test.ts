// Errors as people and programs see them.

import { expect, test } from 'vitest'
import { errorDocument, exitCodeOf, renderError, toToolError } from '../../../src/cli/render-error.ts'
import { VERSION } from '../../../src/cli/version.ts'
import { ERRORS, type ErrorCode, ToolError } from '../../../src/core/errors.ts'

const CODES = Object.keys(ERRORS) as readonly ErrorCode[]

test('S-9.2 an error is its code and sentence, then the state, then the hint', () => {
  const error = new ToolError('E_LOCK_STALE', 'The lock is old.', { details: { path: 'x' }, hint: 'tenon lock' })
  expect(renderError(error, 'generation 3 of dev is still current')).toBe(
    'error E_LOCK_STALE: The lock is old.\n  generation 3 of dev is still current\nhint: tenon lock\n',
  )
  expect(errorDocument(error, null)).toEqual({
    error: {
      code: 'E_LOCK_STALE',
      message: 'The lock is old.',
      details: { path: 'x' },
      hint: 'tenon lock',
      state: null,
    },
  })
})

test('S-9.2 the exit code is that of the catalogue, and of the signal for who was stopped by one', () => {
  const sysexits = [1, 64, 65, 66, 69, 70, 73, 74, 75, 76, 77, 78, 127, 130]
  for (const code of CODES) {
    expect(exitCodeOf(new ToolError(code, 'x'))).toBe(ERRORS[code].exit)
    expect(sysexits).toContain(ERRORS[code].exit)
  }
  for (const [signal, exit] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    expect(exitCodeOf(new ToolError('E_CANCELLED', 'x', { details: { signal } }))).toBe(exit)
})

test('S-9.2 the part of the file that an error is about is drawn with a caret', () => {
  const place = {
    path: 'environments/default.yaml',
    line: 12,
    column: 5,
    length: 7,
    excerpt: '  - npm:nope',
    excerptOffset: 4,
  }
  const error = new ToolError('E_PACKAGE_NOT_FOUND', 'There is none.', {
    details: { places: [{ ...place, length: 8 }] },
  })
  expect(renderError(error, null)).toBe(
    [
      'environments/default.yaml:12:5',
      '   |',
      '12 |   - npm:nope',
      '   |     ^^^^^^^^',
      '',
      'error E_PACKAGE_NOT_FOUND: There is none.',
      '',
    ].join('\n'),
  )
})

test('S-9.2 only a bug shows where in the code it happened, and how to report it', () => {
  const bug = toToolError(new TypeError('x is not a function'))
  expect(bug.code).toBe('E_INTERNAL')
  expect(renderError(bug, null)).toMatch(/ at .*render-error\.test\.ts/)
  expect(bug.hint).toContain('report')
  expect(bug.hint).toContain(process.version)
  expect(bug.details).toMatchObject({ version: VERSION, node: process.version })
  expect(toToolError('a string').message).toContain('a string')
  const known = new ToolError('E_STORE_IO', 'Could not write.', { cause: new Error('ENOSPC: no space') })
  expect(renderError(known, null)).toBe('error E_STORE_IO: Could not write.\n  cause: ENOSPC: no space\n')
})

test('S-9.2 no cause shows a credential, and no text moves the cursor', () => {
  const cause = new Error('401 - GET https://user:secret@host.example/x?token=secret2 \u001b[2Jgone')
  const text = renderError(new ToolError('E_AUTH', 'Refused\u001b[31m.', { cause }), null)
  expect(text).not.toContain('secret')
  expect(text).not.toContain('\u001b')
  expect(text).toContain('https://host.example/x')
})

test('S-9.2 every error of the catalogue has a title and an explanation that are sentences', () => {
  for (const code of CODES) {
    expect(ERRORS[code].title).toMatch(/^[A-Z`].*\.$/)
    expect(ERRORS[code].explanation).toMatch(/\.$/)
  }
})
