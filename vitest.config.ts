import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Of this run: it tests one program, also where sources change meanwhile.
    env: { TENON_TEST_RUN: `${process.pid}-${Date.now()}` },
    // A test ends when it is done; CI bounds the whole run.
    testTimeout: 0,
    hookTimeout: 0,
    maxWorkers: 2,
    reporters:
      process.env['TENON_TEST_REPORT'] === undefined
        ? ['default']
        : ['default', ['json', { outputFile: process.env['TENON_TEST_REPORT'] }]],
  },
})
