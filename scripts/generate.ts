// Writes what is generated and committed: the published schemas, the compiled validator and docs/errors.md.
// With `--check` it writes nothing and exits 1 when one of them is stale.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { environmentSchema } from '../src/core/environment-schema.ts'
import { ERRORS } from '../src/core/errors.ts'
import { lockSchema } from '../src/core/lock-schema.ts'
import { packageSchema } from '../src/core/package-schema.ts'

const root = join(import.meta.dirname, '..')
const PROSE = ['title', 'description', 'examples', 'patternErrorMessage']
const EXAMPLES = 'schema/examples'
const FIXTURES = 'test/fixtures/environments'

const isCheck = process.argv.includes('--check')
const stale: string[] = []

put('schema/environment.schema.json', `${JSON.stringify(environmentSchema, null, 2)}\n`)
put('schema/package.schema.json', `${JSON.stringify(packageSchema, null, 2)}\n`)
put('schema/lock.schema.json', `${JSON.stringify(lockSchema, null, 2)}\n`)
put('src/core/generated/validate-environment.ts', validator('environment', environmentSchema))
put('src/core/generated/validate-package.ts', validator('package', packageSchema))
put('docs/errors.md', errorsDocument())
copyExamples()

if (stale.length > 0) {
  console.error(`Stale: ${stale.join(', ')}. Run \`npm run gen\` and commit the result.`)
  process.exitCode = 1
}

function put(path: string, text: string): void {
  const place = join(root, path)
  if (existsSync(place) && readFileSync(place, 'utf8') === text) return
  if (isCheck) {
    stale.push(path)
    return
  }
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, text)
}

/** Loading and compiling the schema takes ajv longer than all else that is done to a file (45 ms of 70), so it is compiled here. */
function validator(name: string, schema: object): string {
  const ajv = new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    strictTypes: false,
    // Lengths in UTF-16 units need no helper module, and the limits are not exact science.
    unicode: false,
    logger: false,
    code: { source: true, esm: true, lines: true },
  })
  ajv.addSchema(withoutProse(schema) as object, name)
  const code = standalone.default(ajv, { [`validate${name.replace(/^./, (first) => first.toUpperCase())}`]: name })
  if (/\brequire\(|^import /m.test(code)) throw new Error('the validator needs a module at run time')
  return `// Generated from core/${name}-schema.ts by \`npm run gen\`; not for editing.\n// @ts-nocheck\n${code}\n`
}

/** Faults look up what they say in the schema itself; the validator needs only what it checks. */
function withoutProse(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutProse)
  if (typeof schema !== 'object' || schema === null) return schema
  // A property that is called `title` holds an object, the title of a schema is text.
  const isProse = (key: string, value: unknown): boolean =>
    PROSE.includes(key) && (typeof value === 'string' || (key === 'examples' && Array.isArray(value)))
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]) => (isProse(key, value) ? [] : [[key, withoutProse(value)]])),
  )
}

function errorsDocument(): string {
  const sections = Object.entries(ERRORS).map(([code, spec]) => {
    const retry = spec.retryable ? ' · worth trying again' : ''
    return `## ${code}\n\n**${spec.title}** Exit code ${spec.exit} · HTTP ${spec.http}${retry}\n\n${spec.explanation}\n`
  })
  const head =
    '<!-- Generated from src/core/errors.ts by `npm run gen`; not for editing. -->\n\n# Errors\n\n' +
    'Every error that Tenon reports has a code, which never changes its meaning. `tenon explain CODE` shows the same text.\n'
  return [head, ...sections].join('\n')
}

/** The fixtures that prove the schema are also its published examples. */
function copyExamples(): void {
  for (const kind of ['valid', 'invalid']) {
    const names = readdirSync(join(root, FIXTURES, kind)).filter((name) => name.endsWith('.yaml'))
    for (const name of names) put(`${EXAMPLES}/${kind}/${name}`, readFileSync(join(root, FIXTURES, kind, name), 'utf8'))
    const there = existsSync(join(root, EXAMPLES, kind)) ? readdirSync(join(root, EXAMPLES, kind)) : []
    for (const name of there.filter((item) => !names.includes(item))) {
      if (isCheck) stale.push(`${EXAMPLES}/${kind}/${name}`)
      else rmSync(join(root, EXAMPLES, kind, name))
    }
  }
}
