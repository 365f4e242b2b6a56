// The catalogue of errors, and how system errors become ours.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { asStoreError, ERRORS, isToolError, systemCode, ToolError } from '../../../src/core/errors.ts'

function systemError(code: string, path?: string): Error {
  return Object.assign(new Error(code), path === undefined ? { code } : { code, path })
}

test('every error has a title and an explanation of whole sentences', () => {
  for (const [code, spec] of Object.entries(ERRORS)) {
    expect(code).toMatch(/^E_[A-Z_]+$/)
    expect(spec.title).toMatch(/^[A-Z].*\.$/)
    expect(spec.explanation).toMatch(/^[A-Z`].*[.)]$/)
    expect(spec.exit).toBeGreaterThan(0)
    expect(spec.exit).toBeLessThan(256)
  }
})

test('what is generated is current', () => {
  const root = join(import.meta.dirname, '../../..')
  execFileSync(process.execPath, ['scripts/generate.ts', '--check'], { cwd: root, stdio: 'pipe' })
})

test('an error carries its code, facts, hint and cause', () => {
  const cause = new Error('why')
  const error = new ToolError('E_USAGE', 'No.', { details: { a: 1 }, hint: 'Try.', cause })
  expect(error).toMatchObject({ name: 'ToolError', code: 'E_USAGE', details: { a: 1 }, hint: 'Try.', cause })
  expect([isToolError(error), isToolError(error, 'E_USAGE'), isToolError(error, 'E_AUTH'), isToolError(cause)]).toEqual(
    [true, true, false, false],
  )
  expect(new ToolError('E_USAGE', 'No.')).toMatchObject({ details: {}, hint: null })
  expect('cause' in new ToolError('E_USAGE', 'No.')).toBe(false)
})

test('system codes are told from ours', () => {
  expect(systemCode(systemError('ENOENT'))).toBe('ENOENT')
  expect(systemCode(new ToolError('E_USAGE', 'No.'))).toBe(null)
  expect(systemCode('ENOENT')).toBe(null)
  expect(systemCode(new Error('x'))).toBe(null)
})

test('a system error met in the store says what happened to whom', () => {
  const cause = systemError('ENOSPC', '/store/tmp/x')
  const error = asStoreError(cause, 'add `x`')
  expect(error).toMatchObject({
    code: 'E_STORE_IO',
    message: 'Could not add `x`: the disk is full.',
    details: { errno: 'ENOSPC', path: '/store/tmp/x' },
    cause,
  })
  expect(asStoreError(systemError('EBUSY'), 'add `x`')).toMatchObject({
    message: 'Could not add `x`: the system says EBUSY.',
  })
  const ours = new ToolError('E_USAGE', 'No.')
  expect(asStoreError(ours, 'x')).toBe(ours)
  const bug = new Error('bug')
  expect(asStoreError(bug, 'x')).toBe(bug)
})
