import { describe, expect, it } from 'vitest'
import { integrityOf } from '../../../src/core/digest.ts'
import { parsePackageFile } from '../../../src/core/package-file.ts'
import {
  binCount,
  binOf,
  catalogueEntry,
  type PackageRecord,
  type PackageVersion,
  parseBin,
  parseCatalogue,
  parseRecord,
  parseRoot,
  partCount,
  printBin,
  printCatalogue,
  printRecord,
  printRoot,
  type RegistryRoot,
  recordFile,
} from '../../../src/core/registry.ts'

const integrity = integrityOf(Buffer.from('x'))
const ROOT: RegistryRoot = {
  name: 'core',
  description: 'What everybody needs.',
  serial: 3,
  created: '2026-11-23T00:00:00Z',
  count: 1,
  bins: [integrity],
  catalogue: [integrity],
}

function version(number: string, more: Partial<PackageVersion> = {}, lines = ''): PackageVersion {
  const text = `tenon: 1\nname: markdown\nversion: ${number}\ntype: library\ndescription: Turns Markdown into HTML.\n${lines}`
  return {
    version: number,
    released: '2026-01-01T00:00:00Z',
    yanked: null,
    deprecated: null,
    location: { git: 'https://example.org/core.git', commit: 'a'.repeat(40), directory: 'packages/markdown' },
    integrity,
    package: parsePackageFile(text),
    ...more,
  }
}

const RECORD: PackageRecord = {
  name: 'markdown',
  versions: [
    version(
      '1.10.0',
      {},
      'dependencies: [core:escape@^1, {url: "https://example.org/x.gz", unpack: true, priority: 3}]\n',
    ),
    version('1.9.0', { yanked: 'it deletes files' }),
  ],
}
const WANTED = { name: 'markdown', registry: 'core' }

/** The printed record with something replaced. */
function altered(change: (value: { versions: Record<string, unknown>[] } & Record<string, unknown>) => void): string {
  const value = JSON.parse(printRecord(RECORD))
  change(value)
  return JSON.stringify(value)
}

describe('the files of a registry', () => {
  it('S-13.1 read back as what they were printed from', () => {
    expect(parseRoot(printRoot(ROOT), 'registry.json')).toEqual(ROOT)
    const bin = new Map([['markdown', integrity]])
    expect(parseBin(printBin(bin), 'index/0.json')).toEqual(bin)
    expect(parseRecord(printRecord(RECORD), 'packages/ma/markdown.json', WANTED)).toEqual(RECORD)
    const entries = [catalogueEntry(RECORD)]
    expect(parseCatalogue(printCatalogue(entries), 'catalogue/0.json')).toEqual(entries)
  })

  it('S-13.2 a name has one bin, and the bins of any count are evenly filled', () => {
    expect([0, 64, 65, 1025, 20_000, 10_000_000].map(binCount)).toEqual([1, 1, 16, 256, 4096, 4096])
    for (const count of [1, 16, 256]) {
      const filled = new Array<number>(count).fill(0)
      for (let i = 0; i < count * 64; i++) {
        const bin = binOf(`package-${i}`, count)
        filled[bin] = (filled[bin] ?? Number.NaN) + 1
      }
      expect(Math.min(...filled)).toBeGreaterThan(20)
      expect(Math.max(...filled)).toBeLessThan(130)
    }
  })

  it('S-13.24 no part of a catalogue comes near what a client reads at most', () => {
    expect([0, 4096, 4097, 65_537, 1_000_000, 10_000_000].map(partCount)).toEqual([1, 1, 16, 256, 256, 4096])
    expect(1_000_000 / partCount(1_000_000)).toBeLessThan(4096)
  })

  it('S-13.1 a record lies below the first two letters of its name', () => {
    expect(recordFile('markdown')).toBe('packages/ma/markdown.json')
    expect(recordFile('x')).toBe('packages/x/x.json')
  })

  it('S-13.3 versions are sorted by semver, and the catalogue names the highest that may be chosen', () => {
    const mixed = { name: 'markdown', versions: [version('1.9.0'), version('2.0.0-beta.1'), version('1.10.0')] }
    const read = parseRecord(printRecord(mixed), 'x', WANTED)
    expect(read.versions.map((item) => item.version)).toEqual(['2.0.0-beta.1', '1.10.0', '1.9.0'])
    expect(catalogueEntry(read).latest).toBe('1.10.0')
    const yanked = { name: 'markdown', versions: [version('1.1.0', { yanked: 'broken' }), version('1.0.0')] }
    expect(catalogueEntry(yanked).latest).toBe('1.0.0')
  })

  it.each<[string, string, RegExp]>([
    ['text that is not JSON', '{', /not JSON/],
    ['a list', '[]', /not an object/],
    ['another name', altered((value) => (value['name'] = 'escape')), /`name` is not `markdown`/],
    ['no versions', altered((value) => (value.versions = [])), /`versions` is empty/],
    ['a version twice', altered((value) => value.versions.push(value.versions[0] ?? {})), /has a version twice/],
    [
      'a version that is none',
      altered((value) => Object.assign(value.versions[0] ?? {}, { version: '1.x' })),
      /is not a version/,
    ],
    [
      'a short commit id',
      altered((value) => Object.assign(value.versions[0]?.['location'] ?? {}, { commit: 'abc' })),
      /full id/,
    ],
    [
      'a directory that leads out',
      altered((value) => Object.assign(value.versions[0]?.['location'] ?? {}, { directory: '../x' })),
      /leads out/,
    ],
    [
      'a directory of git itself',
      altered((value) => Object.assign(value.versions[0]?.['location'] ?? {}, { directory: '.git/hooks' })),
      /leads out/,
    ],
    [
      'a weak integrity',
      altered((value) => Object.assign(value.versions[0] ?? {}, { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' })),
      /sha256/,
    ],
    [
      'a package of another name',
      altered((value) => Object.assign(value.versions[0]?.['package'] ?? {}, { name: 'escape' })),
      /is not `markdown`/,
    ],
    [
      'a package of another version',
      altered((value) => Object.assign(value.versions[0]?.['package'] ?? {}, { version: '3.0.0' })),
      /is not version 1.10.0/,
    ],
    [
      'a package that breaks a rule',
      altered((value) => Object.assign(value.versions[0]?.['package'] ?? {}, { type: 'virus' })),
      /is not a package: `type` must be one of/,
    ],
    [
      'a dependency of another registry',
      altered((value) => Object.assign(value.versions[0]?.['package'] ?? {}, { dependencies: ['corp:escape'] })),
      /only `core:` is this registry/,
    ],
    [
      'a time that is none',
      altered((value) => Object.assign(value.versions[0] ?? {}, { released: 'yesterday' })),
      /is not a time/,
    ],
    [
      'a control character',
      altered((value) => Object.assign(value.versions[0] ?? {}, { deprecated: '\u001b[2J' })),
      /control character/,
    ],
    [
      'a directory that is no text',
      altered((value) => Object.assign(value.versions[0]?.['location'] ?? {}, { directory: '\ud800' })),
      /control character/,
    ],
    [
      'values without end',
      altered((value) => Object.assign(value.versions[0]?.['package'] ?? {}, { metadata: { a: 'DEEP' } })).replace(
        '"DEEP"',
        '['.repeat(50_000) + ']'.repeat(50_000),
      ),
      /levels deep/,
    ],
    [
      'a number that is none',
      altered((value) => Object.assign(value.versions[0]?.['package'] ?? {}, { metadata: { a: 'HUGE' } })).replace(
        '"HUGE"',
        '1e400',
      ),
      /number that is none/,
    ],
  ])('S-13.9 refuses a record with %s', (_, text, words) => {
    expect(() => parseRecord(text, 'packages/ma/markdown.json', WANTED)).toThrow(words)
    expect(() => parseRecord(text, 'packages/ma/markdown.json', WANTED)).toThrow(
      expect.objectContaining({ code: 'E_REGISTRY_INVALID' }),
    )
  })

  it.each([
    ['without a host', 'https://'],
    ['with a user name', 'https://me@example.org/x'],
    ['with a password', 'https://a:b@example.org/x'],
    ['with a query', 'https://example.org/x?token=1'],
    ['with a fragment', 'https://example.org/x#y'],
    ['of another protocol', 'ext::sh -c id'],
    ['in capitals, which others would take for another', 'FILE:///etc'],
    ['that begins like an option', '--upload-pack=id'],
    ['of a file, written in short', 'file:/etc'],
    ['of another host, written in short', '//example.org/x'],
    ['that cannot be one beside another', '//['],
    ['that is absolute', '/etc'],
    ['with backslashes', '..\\..\\x'],
    ['that is empty', ''],
  ])('S-13.9 refuses a record with a place in git %s', (_, git) => {
    const text = altered((value) => Object.assign(value.versions[0]?.['location'] ?? {}, { git }))
    expect(() => parseRecord(text, 'packages/ma/markdown.json', WANTED)).toThrow(/neither an address .* nor a relative/)
  })

  it.each([
    'https://example.org/a.git',
    'http://127.0.0.1:1/a',
    'ssh://git@example.org/a',
    'file:///srv/a',
    '..',
    '.',
    'a b/c',
  ])('S-13.3 a place in git may be %s', (git) => {
    const text = altered((value) => Object.assign(value.versions[0]?.['location'] ?? {}, { git }))
    expect(parseRecord(text, 'packages/ma/markdown.json', WANTED).versions[0]?.location.git).toBe(git)
  })

  it('S-13.9 no message holds a control character of the file', () => {
    const text = altered((value) => Object.assign(value.versions[0]?.['package'] ?? {}, { systems: ['\u001b[2J'] }))
    expect(() => parseRecord(text, 'packages/ma/markdown.json', WANTED)).toThrow(/^\P{Cc}*$/u)
  })

  it('S-13.9 refuses keys and names that would mean something to a program', () => {
    expect(() => parseBin(`{"schema":1,"packages":{"../x":"${integrity}"}}`, 'b')).toThrow(/not the name of a package/)
    expect(() => parseBin(`{"schema":1,"packages":{"__proto__":"${integrity}"}}`, 'b')).toThrow(/__proto__/)
    expect(() => parseRoot(printRoot({ ...ROOT, bins: [integrity, integrity] }), 'r')).toThrow(/`bins` has 2 items/)
    expect(() => parseRoot(printRoot({ ...ROOT, serial: -1 }), 'r')).toThrow(/`serial` is not a whole number/)
  })

  it('S-13.1 a newer format is said to be one', () => {
    expect(() => parseRoot('{"schema":2}', 'registry.json')).toThrow(expect.objectContaining({ code: 'E_UNSUPPORTED' }))
  })
})
