// Small real cases of how programs find packages: through the `node_modules` link of a workspace, and through each other. Meets the
// real registry through this machine's own npm configuration; says so and skips when it cannot be reached.

import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LiveWorld } from '../support/live.ts'
import { builtProgram } from '../support/world.ts'

const world = new LiveWorld()
let unreachable: string | null = null
/** What the first switch of `libraries` said. */
let said = ''

beforeAll(async () => {
  world.workspace('libraries', [
    'npm:@babel/parser@7.28.0',
    'npm:@isaacs/cliui@8.0.2',
    'npm:@swc/core@1.13.5',
    'npm:@types/express@5.0.3',
    // Types that say `<reference types="node" />` without naming a dependency find it only in the workspace.
    'npm:@types/node@^22',
    'npm:browserslist@4.25.4',
    'npm:esbuild@0.25.9',
    'npm:express@5.1.0',
    'npm:husky@9.1.7',
    'npm:lightningcss@1.30.1',
    'npm:lodash3@npm:lodash@^3',
    'npm:lodash4@npm:lodash@^4',
    'npm:nanoid@3.3.11',
    'npm:npm@11.6.0',
    'npm:rollup@4.50.0',
    'npm:typescript@5.9.2',
  ])
  world.workspace('tools', [
    'npm:@types/jest@30.0.0',
    'npm:eslint@9.34.0',
    'npm:eslint-plugin-vue@10.4.0',
    'npm:jest@30.1.3',
    'npm:prettier@3.6.2',
    'npm:prettier-plugin-svelte@3.4.0',
    'npm:svelte@5.38.6',
    'npm:ts-jest@29.4.1',
    'npm:typescript@5.9.2',
    'npm:vue-eslint-parser@10.2.0',
  ])
  unreachable = await world.whyNotPrepared(async () => {
    said = (await world.tenon('libraries', 'switch')).stderr
    await world.tenon('tools', 'switch')
  })
  if (unreachable !== null)
    console.warn(`The tests of real packages are skipped, because the registry cannot be reached: ${unreachable}`)
})

afterAll(() => world.remove())

describe('a program in the workspace', () => {
  test('of CommonJS finds packages, aliases and two majors side by side', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const found = await world.script(
      'libraries',
      `const versions = [require('lodash3').VERSION, require('lodash4').VERSION]
       const name = require('lodash4/package.json').name
       console.log(JSON.stringify({ versions, name, express: typeof require('express') }))`,
      'script.cjs',
    )
    expect(found).toEqual({
      versions: [expect.stringMatching(/^3\./), expect.stringMatching(/^4\./)],
      name: 'lodash',
      express: 'function',
    })
  })

  test('of ECMAScript modules imports, and learns where packages are', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const found = await world.script(
      'libraries',
      `import { nanoid } from 'nanoid'
       import lodash from 'lodash4'
       const place = import.meta.resolve('nanoid')
       const { default: later } = await import('nanoid/non-secure')
       console.log(JSON.stringify({ length: nanoid().length, sum: lodash.sum([1, 2]), place, later: typeof later }))`,
    )
    expect(found).toEqual({
      length: 21,
      sum: 3,
      place: expect.stringMatching(/\/store\/objects\/[^/]+\/node_modules\/nanoid\/index\.js$/),
      later: expect.any(String),
    })
  })

  test('gets what the conditions of `exports` say', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    world.write('libraries/where.mjs', `console.log(import.meta.resolve('nanoid').split('/').at(-1))`)
    world.write('libraries/where.cjs', `console.log(require.resolve('nanoid').split('/').at(-1))`)
    const where = async (...args: readonly string[]) =>
      (await world.ok('libraries', [process.execPath, ...args])).stdout.trim()
    expect(await where('where.mjs')).toBe('index.js')
    expect(await where('where.cjs')).toBe('index.cjs')
    expect(await where('--conditions=browser', 'where.mjs')).toBe('index.browser.js')
  })

  test('is checked by tsc with the types of @types packages, and of what these stand on', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    world.write(
      'libraries/server.ts',
      `import express from 'express'
       const app = express()
       app.use(express.static('.', { maxAge: true }))
       app.get('/', (request, response) => response.status('good').end(request.nothing))
       app.listen(0).address().port`,
    )
    const flags = ['--noEmit', '--pretty', 'false', '--strict', '--module', 'nodenext']
    const { stdout } = await world.run('libraries', ['node_modules/.bin/tsc', ...flags, 'server.ts'])
    expect(stdout.match(/error TS\d+: .*/g)).toEqual([
      // From @types/serve-static, @types/express-serve-static-core and @types/node.
      expect.stringContaining(`Type 'true' is not assignable to type 'string | number | undefined'`),
      expect.stringContaining(`Argument of type 'string' is not assignable to parameter of type 'number'`),
      expect.stringContaining(`Property 'nothing' does not exist on type 'Request<`),
      expect.stringContaining(`Object is possibly 'null'`),
      expect.stringContaining(`Property 'port' does not exist on type 'string | AddressInfo'`),
    ])
  })
})

describe('packages', () => {
  test('with native parts use those of this system, the only ones in the store', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const found = await world.script(
      'libraries',
      `import { transformSync as swc } from '@swc/core'
       import { transformSync as esbuild } from 'esbuild'
       import { transform } from 'lightningcss'
       import { parseAst } from 'rollup/parseAst'
       const code = 'const a: number = 1; export { a }'
       const css = transform({ filename: 'a.css', code: Buffer.from('a { color: #ff0000 }'), minify: true })
       console.log(JSON.stringify({
         esbuild: esbuild(code, { loader: 'ts', minifyWhitespace: true }).code.trim(),
         swc: swc(code, { jsc: { parser: { syntax: 'typescript' } } }).code.includes('number'),
         css: css.code.toString(),
         rollup: parseAst('1').type,
       }))`,
    )
    expect(found).toEqual({ esbuild: 'const a=1;export{a};', swc: false, css: 'a{color:red}', rollup: 'Program' })
    const names = readdirSync(world.path('store/objects')).map((name) => name.replace(/^[^-]+-/, ''))
    const natives = names.filter((name) => /^(?:esbuild-|rollup-rollup-|lightningcss-|swc-core-)[a-z]/.test(name))
    expect(natives.map((name) => name.replace(/-[\d.]+$/, '')).sort()).toEqual([
      expect.stringMatching(/^esbuild-linux-/),
      expect.stringMatching(/^lightningcss-linux-.*-gnu$/),
      expect.stringMatching(/^rollup-rollup-linux-.*-gnu$/),
      expect.stringMatching(/^swc-core-linux-.*-gnu$/),
    ])
  })

  test('in a scope give their commands without it', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    world.write('libraries/one.js', '1')
    const program = ['parser', 'one.js']
    const run = await world.ok('libraries', [builtProgram(), 'run', '--', ...program])
    expect(JSON.parse(run.stdout).type).toBe('File')
    expect((await world.ok('libraries', ['node_modules/.bin/parser', 'one.js'])).stdout).toBe(run.stdout)
  })

  test('see aliases of their own, two majors of one package beside each other', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const found = await world.script(
      'libraries',
      `const from = require('node:module').createRequire(require.resolve('@isaacs/cliui'))
       const versionOf = (name) => {
         const { name: real, version } = from(from.resolve(name).replace(/(.*node_modules.[^/]+).*/, '$1/package.json'))
         return real + '@' + version.split('.')[0]
       }
       console.log(JSON.stringify(['string-width', 'string-width-cjs', 'wrap-ansi', 'wrap-ansi-cjs'].map(versionOf)))`,
      'aliases.cjs',
    )
    expect(found).toEqual(['string-width@5', 'string-width@4', 'wrap-ansi@8', 'wrap-ansi@7'])
  })

  test('that need each other get the same copy of each other', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const found = await world.script(
      'libraries',
      `const { createRequire } = require('node:module')
       const mine = require.resolve('browserslist')
       const update = createRequire(mine).resolve('update-browserslist-db')
       console.log(JSON.stringify([createRequire(update).resolve('browserslist') === mine, require(mine)('chrome 100')]))`,
      'cycle.cjs',
    )
    expect(found).toEqual([true, ['chrome 100']])
  })

  test('that bundle others run with these', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    expect((await world.tenon('libraries', 'run', '--', 'npm', '--version')).stdout).toBe('11.6.0\n')
    const packed = await world.tenon(
      'libraries',
      'run',
      '--',
      'npm',
      'pack',
      './node_modules/nanoid/',
      '--dry-run',
      '--json',
    )
    expect(JSON.parse(packed.stdout)[0].id).toBe('nanoid@3.3.11')
  })

  test('S-4.12 that have an install script are named once each, and no others', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const named = [...said.matchAll(/`([^`]+)` has an install script, which Tenon does not run/g)].map(
      ([, name]) => name,
    )
    expect(named.sort()).toEqual(['@swc/core@1.13.5', 'esbuild@0.25.9'])
    // What husky has to do is a command, so nothing is missing.
    await world.ok('libraries', ['git', 'init', '--quiet', '.'])
    await world.tenon('libraries', 'run', '--', 'husky')
    expect((await world.ok('libraries', ['git', 'config', 'core.hooksPath'])).stdout).toBe('.husky/_\n')
  })
})

describe('a tool', () => {
  test('eslint runs a plug-in and a parser that load their peer', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    world.write(
      'tools/eslint.config.js',
      `import vue from 'eslint-plugin-vue'
       export default [...vue.configs['flat/recommended']]`,
    )
    world.write('tools/part.vue', '<template><p v-for="a in b">{{ a }}</p></template>\n')
    const { stdout } = await world.run('tools', ['node_modules/.bin/eslint', 'part.vue', '--format', 'json'])
    const [file] = JSON.parse(stdout)
    expect(file.messages.map((message: { ruleId: string }) => message.ruleId)).toContain('vue/require-v-for-key')
  })

  test('prettier runs a plug-in that loads its peer', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    world.write('tools/part.svelte', '<script>let   a=1</script>\n<p   class="b">{a}</p>\n')
    const args = ['--plugin', 'prettier-plugin-svelte', 'part.svelte']
    const { stdout } = await world.tenon('tools', 'run', '--', 'prettier', ...args)
    expect(stdout).toBe('<script>\n  let a = 1;\n</script>\n\n<p class="b">{a}</p>\n')
  })

  test('jest runs a preset that loads its peers', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    world.write('tools/jest.config.json', '{ "preset": "ts-jest", "testMatch": ["**/sum.test.ts"] }')
    world.write('tools/tsconfig.json', '{ "compilerOptions": { "module": "commonjs", "strict": true } }')
    world.write('tools/sum.ts', 'export const sum = (a: number, b: number): number => a + b\n')
    world.write('tools/sum.test.ts', `import { sum } from './sum'\ntest('adds', () => expect(sum(1, 2)).toBe(3))\n`)
    const { stdout } = await world.tenon('tools', 'run', '--', 'jest', '--json', '--config', 'jest.config.json')
    expect(JSON.parse(stdout)).toMatchObject({ success: true, numPassedTests: 1, numTotalTests: 1 })
  })

  test('wrote nothing into the store', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    expect((await world.tenon('tools', 'store', 'verify')).stdout).toMatch(/ 0 defects/)
  })
})
