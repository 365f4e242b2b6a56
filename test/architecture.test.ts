// The structure of src/: floors, doors and addresses of effects. Each rule fails with a sentence.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

const FLOORS: Readonly<Record<string, number>> = {
  core: 0,
  host: 1,
  solver: 1,
  store: 2,
  sources: 2,
  build: 3,
  profile: 3,
  ops: 4,
  cli: 5,
  api: 5,
  web: 5,
}
const EFFECTS = /^node:(fs|fs\/promises|child_process|net|tls|http|https|dgram|worker_threads|sqlite)$/
/** The one place outside host/ that may start a worker: the pool and the worker itself. */
const WORKERS = new Set(['src/build/unpack-pool.ts', 'src/build/unpack-worker.ts'])

const files = walk('src').filter((path) => path.endsWith('.ts'))

test('a file imports from its own folder or from a lower floor, never sideways, never up', () => {
  const wrong = imports().filter(({ from, to }) => {
    if (to === null || from === 'src/main.ts') return false
    const [here, there] = [folderOf(from), folderOf(to)]
    return here !== there && (FLOORS[there] ?? 9) >= (FLOORS[here] ?? -1)
  })
  expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
})

test('the folder of one source never imports that of another', () => {
  const house = (path: string) => /^src\/sources\/([a-z]+)\//.exec(path)?.[1]
  const wrong = imports().filter(({ from, to }) => {
    const [here, there] = [house(from), to === null ? undefined : house(to)]
    return here !== undefined && there !== undefined && here !== there
  })
  expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
})

test('only host/ touches files, processes and the network', () => {
  const wrong = imports().filter(
    ({ from, name }) => EFFECTS.test(name) && !from.startsWith('src/host/') && !WORKERS.has(from),
  )
  expect(wrong.map(({ from, name }) => `${from} imports ${name}`)).toEqual([])
})

test('the clock and randomness are reached through the host', () => {
  expect(
    matching(/\b(Date\.now|Math\.random|randomBytes|randomUUID)\b/, (path) => !path.startsWith('src/host/')),
  ).toEqual([])
})

test('environment variables are read in cli/config.ts alone', () => {
  // main.ts removes one variable before anything could inherit it.
  expect(matching(/process\.env\b/, (path) => path !== 'src/cli/config.ts' && path !== 'src/main.ts')).toEqual([])
})

test('only cli/ and main.ts write to the terminal', () => {
  expect(
    matching(/process\.(stdout|stderr)\b|console\./, (path) => !path.startsWith('src/cli/') && path !== 'src/main.ts'),
  ).toEqual([])
})

test('there are no default exports and no barrels but that of the sources', () => {
  expect(matching(/^export default/m, () => true)).toEqual([])
  expect(files.filter((path) => path.endsWith('/index.ts'))).toEqual(['src/sources/index.ts'])
})

test('there are no import cycles, types included', () => {
  const graph = new Map<string, string[]>()
  const all = [...files, ...walk('bench').filter((path) => path.endsWith('.ts'))]
  for (const { from, to } of imports(all)) if (to !== null) graph.set(from, [...(graph.get(from) ?? []), to])
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, above: readonly string[]) => {
    if (above.includes(path)) cycles.push([...above.slice(above.indexOf(path)), path].join(' → '))
    if (done.has(path) || above.includes(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...above, path])
    done.add(path)
  }
  for (const path of all) visit(path, [])
  expect(cycles).toEqual([])
})

test('docs/architecture.md names every folder of src/ and no other', () => {
  const text = readFileSync('docs/architecture.md', 'utf8')
  const named = [...text.matchAll(/^ {2}([a-z]+)\/ /gm)].map((match) => match[1])
  const folders = readdirSync('src').filter((name) => statSync(join('src', name)).isDirectory())
  expect(named.toSorted()).toEqual(folders.toSorted())
})

test('docs/architecture.md names every file of host/, store/ and sources/, and no other', () => {
  const [, section = ''] = readFileSync('docs/architecture.md', 'utf8').split('\n## Files\n')
  const named: string[] = []
  let folder = ''
  for (const line of (section.split('\n## ')[0] ?? '').split('\n')) {
    folder = /^\*\*([a-z]+)\/\*\*$/.exec(line)?.[1] ?? folder
    const [, cell = ''] = line.split('|')
    const below = /^ `([a-z]+)\/`:/.exec(cell)?.[1]
    for (const match of cell.matchAll(/`([a-z0-9-]+)`/g))
      named.push(`src/${folder}/${below === undefined ? '' : `${below}/`}${match[1]}.ts`)
  }
  const there = files.filter((path) => /^src\/(?:host|store|sources)\//.test(path) && !path.endsWith('.d.ts'))
  expect(named.toSorted()).toEqual(there.toSorted())
})

test('every error of the catalogue is thrown or printed somewhere and met by a test', () => {
  const catalogue = [...readFileSync('src/core/errors.ts', 'utf8').matchAll(/^ {2}(E_[A-Z_]+):/gm)].map(
    (match) => match[1] as string,
  )
  const sources = files
    .filter((path) => path !== 'src/core/errors.ts')
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
  const inCatalogueFile = readFileSync('src/core/errors.ts', 'utf8')
  const tests = walk('test')
    .filter((path) => path.endsWith('.test.ts') && path !== 'test/architecture.test.ts')
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
  // What needs no Node reports its errors itself: the front, and the launcher in every tree.
  const scripts = `${readFileSync('bin/tenon', 'utf8')}\n${readFileSync('src/build/activation.ts', 'utf8')}`
  const isThrown = (code: string) =>
    sources.includes(`'${code}'`) ||
    inCatalogueFile.includes(`ToolError('${code}'`) ||
    new RegExp(`_tenon_fail [0-9]+ ${code} `).test(scripts)
  expect(catalogue.filter((code) => !isThrown(code))).toEqual([])
  expect(catalogue.filter((code) => !tests.includes(code))).toEqual([])
})

test('every numbered rule of the specification is proved by a test that carries its number', () => {
  const rules = [...readFileSync('flake-like.spec.md', 'utf8').matchAll(/\*\*(S-\d+\.\d+)\b/g)].map(
    (match) => match[1] as string,
  )
  const tests = walk('test')
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
  const proved = new Set([...tests.matchAll(/S-\d+\.\d+/g)].map((match) => match[0]))
  expect(rules.length).toBeGreaterThan(0)
  expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([])
  expect(rules.filter((rule) => !proved.has(rule))).toEqual([])
  expect([...proved].filter((rule) => !rules.includes(rule))).toEqual([])
})

interface Import {
  readonly from: string
  readonly name: string
  /** The file, for a relative import. */
  readonly to: string | null
}

function imports(of: readonly string[] = files): readonly Import[] {
  return of.flatMap((from) => {
    const text = readFileSync(from, 'utf8')
    const names = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] as string)
    return names.map((name) => ({ from, name, to: name.startsWith('.') ? normalize(join(dirname(from), name)) : null }))
  })
}

function matching(pattern: RegExp, where: (path: string) => boolean): readonly string[] {
  return files.filter((path) => where(path) && pattern.test(withoutComments(readFileSync(path, 'utf8'))))
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

function folderOf(path: string): string {
  return path.split('/')[1] ?? ''
}

function walk(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = `${directory}/${entry.name}`
    return entry.isDirectory() ? walk(path) : [path]
  })
}
