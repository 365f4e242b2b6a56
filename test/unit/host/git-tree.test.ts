import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { narIntegrity } from '../../../src/core/nar.ts'
import { readCommitTree } from '../../../src/host/git-tree.ts'
import { directory, file, link, temporaryDirectory } from '../../support/store.ts'

let repository: string

beforeEach(() => {
  repository = temporaryDirectory()
  git(['init', '-q', '-b', 'main'])
})

afterEach(() => rmSync(repository, { recursive: true }))

function git(words: readonly string[], input = ''): string {
  const identity = [
    '-c',
    'user.name=x',
    '-c',
    'user.email=x@example.org',
    '-c',
    'core.protectNTFS=false',
    '-c',
    'core.protectHFS=false',
  ]
  return execFileSync('git', [...identity, ...words], { cwd: repository, input, encoding: 'utf8' }).trim()
}

function commitAll(): string {
  git(['add', '-A'])
  git(['commit', '-q', '-m', 'x'])
  return git(['rev-parse', 'HEAD'])
}

/** A commit whose tree has just these lines, whatever git's own commands would say to them. */
function commitTree(...lines: readonly (readonly [mode: string, type: string, id: string, name: string])[]): string {
  const text = lines.map(([mode, type, id, name]) => `${mode} ${type} ${id}\t${name}\0`).join('')
  const tree = git(['mktree', '-z', '--missing'], text)
  return git(['commit-tree', tree, '-m', 'x'])
}

/** The same without git's checks, for names that `mktree` itself refuses. */
function commitRaw(entries: readonly (readonly [mode: string, name: string, id: string])[]): string {
  const body = Buffer.concat(
    entries.map(([mode, name, id]) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')])),
  )
  const path = join(repository, '.git', 'raw')
  writeFileSync(path, body)
  const tree = git(['hash-object', '-t', 'tree', '-w', '--literally', path])
  return git(['commit-tree', tree, '-m', 'x'])
}

function blob(text: string): string {
  return git(['hash-object', '-w', '--stdin'], text)
}

function read(commit: string, directory = ''): ReturnType<typeof readCommitTree> {
  return readCommitTree({ gitdir: join(repository, '.git'), commit, directory, label: 'the repository' })
}

describe('the tree of a commit', () => {
  test('S-10.30 is what was committed: bytes, executable bits and links', async () => {
    mkdirSync(join(repository, 'tools/bin'), { recursive: true })
    writeFileSync(join(repository, 'tools/bin/lint'), '#!/bin/sh\n')
    chmodSync(join(repository, 'tools/bin/lint'), 0o755)
    writeFileSync(join(repository, 'tools/notes.txt'), 'a\r\nb\n')
    writeFileSync(join(repository, '.gitattributes'), '* text=auto eol=crlf\n')
    symlinkSync('bin/lint', join(repository, 'tools/lint'))
    const commit = commitAll()
    const notes = git(['show', `${commit}:tools/notes.txt`])
    expect(narIntegrity(await read(commit, 'tools'))).toBe(
      narIntegrity(
        directory({
          bin: directory({ lint: file('#!/bin/sh\n', true) }),
          lint: link('bin/lint'),
          'notes.txt': file(`${notes}\n`),
        }),
      ),
    )
    expect([...(await read(commit)).entries.keys()]).toEqual(['.gitattributes', 'tools'])
  })

  test('S-10.30 is found in packed and in loose objects alike', async () => {
    for (let i = 0; i < 50; i++) writeFileSync(join(repository, `file-${i}`), `line\n`.repeat(i + 1))
    const commit = commitAll()
    const loose = narIntegrity(await read(commit))
    git(['gc', '-q', '--aggressive', '--prune=now'])
    expect(narIntegrity(await read(commit))).toBe(loose)
  })

  test('S-10.30 a directory that is not there, and a file in its place, are said to be none', async () => {
    writeFileSync(join(repository, 'a'), 'x')
    const commit = commitAll()
    for (const at of ['b', 'a', 'a/b'])
      await expect(read(commit, at)).rejects.toMatchObject({ code: 'E_PACKAGE_NOT_FOUND' })
  })

  test('S-10.31 submodules and files kept by LFS are refused with a word on what to do', async () => {
    const submodule = commitTree(['160000', 'commit', 'a'.repeat(40), 'vendor'])
    await expect(read(submodule)).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      message: expect.stringContaining('submodule'),
    })
    writeFileSync(
      join(repository, 'model.bin'),
      `version https://git-lfs.example.org/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 132735373\n`,
    )
    await expect(read(commitAll())).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      message: expect.stringContaining('LFS'),
    })
  })

  test.each([
    ['.git', '.git'],
    ['.GIT in capitals', '.GIT'],
    ['.git with a code point that HFS+ passes over', '.g\u200cit'],
    ['.git with a dot and a space that NTFS drops', '.git. '],
    ['the short name of .git', 'GIT~1'],
    ['a stream of .git', '.git::$INDEX_ALLOCATION'],
    ['..', '..'],
    ['.', '.'],
    ['a slash', 'a/b'],
    ['a control character', 'a\u001b[2J'],
    ['a line feed', 'a\nb'],
  ])('S-10.32 refuses the name %s', async (_, name) => {
    await expect(read(commitRaw([['100644', name, blob('x')]]))).rejects.toMatchObject({ code: 'E_ARCHIVE_UNSAFE' })
  })

  test('S-10.32 refuses names that would be one elsewhere, and links that lead out', async () => {
    const x = blob('x')
    const cases = [
      commitTree(['100644', 'blob', x, 'README'], ['100644', 'blob', x, 'readme']),
      commitTree(['100644', 'blob', x, 'a\u0301'], ['100644', 'blob', x, 'á']),
      commitTree(['120000', 'blob', blob('../outside'), 'link']),
      commitTree(['120000', 'blob', blob('/etc/passwd'), 'link']),
      commitTree(['120000', 'blob', blob('.git/../../x'), 'link']),
    ]
    for (const commit of cases) await expect(read(commit)).rejects.toMatchObject({ code: 'E_ARCHIVE_UNSAFE' })
  })

  test('names that only look like that of git are names', async () => {
    const names = ['.gitattributes', '.gitkeep', 'git', 'a.git']
    const tree = await read(commitTree(...names.map((name) => ['100644', 'blob', blob('x'), name] as const)))
    expect([...tree.entries.keys()].toSorted()).toEqual(names.toSorted())
  })

  test('S-10.32 a directory that holds itself ten times, twelve times over, is read in no time and refused', async () => {
    let tree = git(['mktree'], `100644 blob ${blob('x')}\ta\n`)
    for (let depth = 0; depth < 12; depth++) {
      const lines = Array.from({ length: 10 }, (_, index) => `040000 tree ${tree}\t${index}\n`)
      tree = git(['mktree'], lines.join(''))
    }
    const error = await read(git(['commit-tree', tree, '-m', 'x'])).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'E_ARCHIVE_UNSAFE', message: expect.stringContaining('200000 files') })
  })

  test('S-10.33 a repository that misses objects is damaged, and nothing of it is used', async () => {
    writeFileSync(join(repository, 'a'), 'x')
    const commit = commitAll()
    const id = git(['rev-parse', `${commit}:a`])
    unlinkSync(join(repository, '.git/objects', id.slice(0, 2), id.slice(2)))
    await expect(read(commit)).rejects.toMatchObject({ code: 'E_SOURCE_INVALID' })
    await expect(read('b'.repeat(40))).rejects.toMatchObject({ code: 'E_SOURCE_INVALID' })
  })
})
