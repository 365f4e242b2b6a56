// Where Tenon looks for the programs that it starts for itself.

import { expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../../src/cli/config.ts'

test('S-8.25 the bin of the environment that is active is no place to look', () => {
  const { PATH, TENON_ROOT } = process.env
  onTestFinished(() => {
    process.env['PATH'] = PATH
    if (TENON_ROOT === undefined) delete process.env['TENON_ROOT']
    else process.env['TENON_ROOT'] = TENON_ROOT
  })
  process.env['PATH'] = '/w/.tenon/profiles/dev/current/bin:/usr/bin:/w/.tenon/profiles/dev/current/bin:/bin'
  process.env['TENON_ROOT'] = '/w/.tenon/profiles/dev/current'
  expect(readConfig({}, 0o022).hostPath).toBe('/usr/bin:/bin')
  delete process.env['TENON_ROOT']
  expect(readConfig({}, 0o022).hostPath).toBe(process.env['PATH'])
})
