// Git servers that are odd, hostile or broken, and what was fetched from them when it was damaged since.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HttpClient } from '../../src/host/http.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { type GitRepository, openRepository } from '../../src/sources/git/repository.ts'
import { type Answer, status } from '../support/file-server.ts'
import { EVERY_CAPABILITY, gitServerOf, HELLO, line, packAnswer, packBytes, refsAnswer } from '../support/git-bytes.ts'
import { GitServer, GitWorkTree } from '../support/git-server.ts'
import { temporaryDirectory } from '../support/store.ts'

function open(root: string, url: string, temporary = join(root, 'tmp')): GitRepository {
  const host = new NodeHost()
  mkdirSync(join(root, 'tmp'), { recursive: true })
  const { signal } = new AbortController()
  return openRepository(url, {
    host,
    http: new HttpClient(host, { attempts: 1, proxyVariables: false }),
    env: { HOME: join(root, 'home'), GIT_CONFIG_NOSYSTEM: '1' },
    path: process.env['PATH'] ?? '',
    gitCache: join(root, 'cache'),
    temporary,
    workspace: root,
    signal,
  })
}

/** A repository on a server that says just this. */
async function openScripted(refs: Buffer | Answer, pack: Buffer | Answer): Promise<GitRepository & { root: string }> {
  const server = await gitServerOf(refs, pack)
  onTestFinished(() => server.stop())
  const root = temporaryDirectory()
  return Object.assign(open(root, `${server.origin}/r.git`), { root })
}

const main = { HEAD: HELLO.id, 'refs/heads/main': HELLO.id }
const goodPack = packAnswer(packBytes(HELLO.entries))
const names = async (repository: GitRepository, commit = HELLO.id): Promise<readonly string[]> => [
  ...(await repository.tree(commit, '')).entries.keys(),
]

describe('S-4.53 a commit is fetched with two questions', () => {
  test('also from a repository without HEAD', async () => {
    const repository = await openScripted(refsAnswer({ 'refs/heads/main': HELLO.id }), goodPack)
    expect(await repository.find('')).toBeNull()
    expect(await repository.find('main')).toEqual({ id: HELLO.id, ref: 'refs/heads/main' })
    expect(await names(repository)).toEqual(['a'])
  })

  test('from a real server too, whose HEAD names a branch that is not there', async () => {
    const root = temporaryDirectory()
    const server = await GitServer.start(root)
    onTestFinished(() => server.stop())
    const work = new GitWorkTree(join(root, 'work'))
    const id = work.commit({ a: 'x' })
    work.git('symbolic-ref', 'HEAD', 'refs/heads/nowhere')
    expect(await names(open(root, `${server.url}/work/.git`), id)).toEqual(['a'])
    expect(server.requests).toHaveLength(2)
  })

  test('where the server gives out no commits by id, everything that it has is asked for', async () => {
    let asked = 0
    const repository = await openScripted(refsAnswer(main, EVERY_CAPABILITY.replace('shallow', '')), (_, response) => {
      asked += 1
      response.writeHead(200).end(asked === 1 ? line('ERR upload-pack: not our ref') : goodPack)
    })
    expect(await names(repository)).toEqual(['a'])
    expect(asked).toBe(2)
  })
})

describe('S-4.55 what does not answer as it should is one clear error', () => {
  test.each([
    ['only files, as dumb servers have', 'E_SOURCE_INVALID', (_, response) => response.end(refsAnswer(main))],
    ['a web page', 'E_SOURCE_INVALID', (_, response) => response.end('<!doctype html>')],
    ['lines that are none', 'E_SOURCE_INVALID', Buffer.from('zzzzhello')],
    ['a line that is cut off', 'E_SOURCE_INVALID', refsAnswer(main).subarray(0, -20)],
    ['nothing', 'E_SOURCE_INVALID', Buffer.alloc(0)],
    ['an id that leads out', 'E_SOURCE_INVALID', refsAnswer({ HEAD: '../../x', 'refs/heads/main': HELLO.id })],
    [
      'ids of another hash',
      'E_UNSUPPORTED',
      refsAnswer({ HEAD: 'a'.repeat(64) }, 'side-band-64k object-format=sha256'),
    ],
    ['a refusal', 'E_SOURCE_INVALID', line('ERR \u001b[2Jgo away')],
    ['no repository', 'E_PACKAGE_NOT_FOUND', status(404)],
    ['no admission', 'E_AUTH', status(403)],
    ['an odd status', 'E_SOURCE_INVALID', status(418)],
  ] as readonly (readonly [string, string, Buffer | Answer])[])('it sends %s', async (_, code, refs) => {
    const repository = await openScripted(refs, goodPack)
    const error = await repository.find('main').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code, hint: expect.any(String) })
    expect((error as Error).message).not.toMatch(/\p{Cc}/u)
  })

  test('references that lead out are names like any other', async () => {
    const root = `refs/heads/${'../'.repeat(20)}tmp`
    const repository = await openScripted(
      refsAnswer({ ...main, [root]: HELLO.id }, `${EVERY_CAPABILITY} symref=HEAD:${root}`),
      goodPack,
    )
    expect(await names(repository)).toEqual(['a'])
    expect(readdirSync(repository.root).toSorted()).toEqual(['cache', 'tmp'])
  })

  test('a repository of SHA-256 ids, made by git', async () => {
    const root = temporaryDirectory()
    const server = await GitServer.start(root)
    onTestFinished(() => server.stop())
    execFileSync('git', ['init', '-q', '--object-format=sha256', join(root, 'other')])
    const work = new GitWorkTree(join(root, 'other'))
    work.commit({ a: 'x' })
    await expect(open(root, `${server.url}/other/.git`).find('')).rejects.toMatchObject({ code: 'E_UNSUPPORTED' })
    expect(() => open(root, './other')).toThrow(expect.objectContaining({ code: 'E_UNSUPPORTED' }))
  })

  test.each([
    ['another commit', 'b'.repeat(40)],
    ['a blob', HELLO.blob],
  ])('an id that names %s is not that of a commit', async (_, id) => {
    const repository = await openScripted(refsAnswer(main), goodPack)
    await expect(repository.tree(id, '')).rejects.toMatchObject({ code: 'E_PACKAGE_NOT_FOUND' })
  })

  test.each([
    ['no pack', packAnswer(Buffer.alloc(0)), 'E_PACKAGE_NOT_FOUND'],
    ['a pack that is none', packAnswer(Buffer.from('hello')), 'E_SOURCE_INVALID'],
    ['a pack that is cut off', packAnswer(packBytes(HELLO.entries).subarray(0, -9)), 'E_SOURCE_INVALID'],
    ['a pack without the files', packAnswer(packBytes(HELLO.entries.slice(0, 1))), 'E_SOURCE_INVALID'],
    ['a last word', line('\u0003I am tired'), 'E_PACKAGE_NOT_FOUND'],
    ['an odd status', status(500), 'E_SOURCE_UNAVAILABLE'],
  ] as readonly (readonly [string, Buffer | Answer, string])[])('its pack is %s', async (_, pack, code) => {
    const repository = await openScripted(refsAnswer(main), pack)
    await expect(repository.tree(HELLO.id, '')).rejects.toMatchObject({ code, hint: expect.any(String) })
    expect(readdirSync(join(repository.root, 'tmp'))).toEqual([])
  })

  test('an address that is not well encoded has no credentials, and is no fault of the program', async () => {
    const server = await gitServerOf(status(401), status(401))
    onTestFinished(() => server.stop())
    const repository = open(temporaryDirectory(), `${server.origin}/a%zz.git`)
    await expect(repository.find('')).rejects.toMatchObject({ code: 'E_AUTH' })
  })
})

describe('S-7.25 a cache that goes while a repository is read costs asking once more', () => {
  const everything = async (repository: GitRepository): Promise<readonly unknown[]> => [
    await names(repository),
    Buffer.from((await repository.file(HELLO.id, 'a')) ?? '').toString(),
    await repository.file(HELLO.id, 'none'),
    await repository.treeId(HELLO.id, ''),
    await repository.time(HELLO.id),
  ]

  test.each([
    ['is deleted', (cache: string) => rmSync(cache, { recursive: true })],
    [
      'loses its packs and is made anew by another',
      (cache: string) => {
        for (const path of readdirSync(cache, { recursive: true, encoding: 'utf8' }))
          if (/\.(?:pack|idx)$/.test(path)) rmSync(join(cache, path))
      },
    ],
    [
      'is deleted for as long as one looks',
      (cache: string) => {
        rmSync(cache, { recursive: true, force: true })
        symlinkSync('gone/for/good', cache)
      },
    ],
  ])('when it %s', async (_, takeAway) => {
    const server = await gitServerOf(refsAnswer(main), goodPack)
    onTestFinished(() => server.stop())
    const root = temporaryDirectory()
    const url = `${server.origin}/r.git`
    const expected = await everything(open(root, url))
    const repository = open(root, url)
    await names(repository)
    takeAway(join(root, 'cache'))
    // Each of them for itself, as many as there are.
    for (const [index, value] of expected.entries()) expect((await everything(repository))[index]).toEqual(value)
    expect(await everything(open(root, url))).toEqual(expected)
    await expect(repository.tree(HELLO.id, 'none')).rejects.toMatchObject({ code: 'E_PACKAGE_NOT_FOUND' })
  })

  test('and never makes something missing that is there', async () => {
    const server = await gitServerOf(refsAnswer(main), goodPack)
    const root = temporaryDirectory()
    const repository = open(root, `${server.origin}/r.git`)
    await names(repository)
    await server.stop()
    rmSync(join(root, 'cache'), { recursive: true })
    for (const read of [
      () => names(repository),
      () => repository.file(HELLO.id, 'a'),
      () => repository.treeId(HELLO.id, ''),
    ])
      await expect(read()).rejects.toMatchObject({ code: 'E_SOURCE_UNAVAILABLE' })
  })
})

describe('S-4.53 what was kept of a repository is thrown away and fetched again', () => {
  test.each([
    ['its pack', /\.pack$/, 'damaged'],
    ['its index', /\.idx$/, 'damaged'],
    ['its index, to nothing', /\.idx$/, ''],
  ])('when %s was damaged', async (_, file, text) => {
    const server = await gitServerOf(refsAnswer(main), goodPack)
    onTestFinished(() => server.stop())
    const root = temporaryDirectory()
    const url = `${server.origin}/r.git`
    await names(open(root, url))
    for (const path of readdirSync(join(root, 'cache'), { recursive: true, encoding: 'utf8' }))
      if (file.test(path)) writeFileSync(join(root, 'cache', path), text)
    expect(await names(open(root, url))).toEqual(['a'])
    expect(server.requests).toHaveLength(4)
    expect(await names(open(root, url))).toEqual(['a'])
    expect(server.requests).toHaveLength(4)
  })
})

describe('S-4.53 where what is fetched is kept', () => {
  const other = existsSync('/dev/shm') && statSync('/dev/shm').dev !== statSync(tmpdir()).dev ? '/dev/shm' : null

  test.runIf(other !== null)('it may be another file system than that of short-lived files', async () => {
    const server = await gitServerOf(refsAnswer(main), goodPack)
    onTestFinished(() => server.stop())
    const temporary = mkdtempSync(join(other ?? '', 'tenon-git-'))
    onTestFinished(() => rmSync(temporary, { recursive: true }))
    const root = temporaryDirectory()
    expect(await names(open(root, `${server.origin}/r.git`, temporary))).toEqual(['a'])
    expect(readdirSync(temporary)).toEqual([])
  })

  test('what cannot be written is said, and not what cannot be tidied up afterwards', async () => {
    const server = await gitServerOf(refsAnswer(main), goodPack)
    onTestFinished(() => server.stop())
    const repository = open(temporaryDirectory(), `${server.origin}/r.git`, '/proc/no/such/place')
    await expect(repository.tree(HELLO.id, '')).rejects.toThrow(/mkdir/)
  })
})

describe('S-10.33 a repository of this machine', () => {
  const make = (): { readonly root: string; readonly work: GitWorkTree; readonly id: string } => {
    const root = temporaryDirectory()
    const work = new GitWorkTree(join(root, 'work'))
    return { root, work, id: work.commit({ a: 'x' }) }
  }

  test.each(['file:///a%2Fb', 'file:///a%00b', 'file://host/a', 'file:///no/such/place'])('is not there: %s', (url) => {
    expect(() => open(temporaryDirectory(), url)).toThrow(expect.objectContaining({ code: 'E_PACKAGE_NOT_FOUND' }))
  })

  test('has no commit by names that are none, or that name a file or a tree', async () => {
    const { root, work } = make()
    work.git('tag', 'tree', 'HEAD^{tree}')
    const names = ['x\0', 'x'.repeat(5000), 'config', '../config', 'tree', work.git('rev-parse', 'HEAD:a')]
    for (const name of names) expect(await open(root, './work').find(name)).toBeNull()
  })

  test('has the commit that a tag of a tag names, also by the id of a tag', async () => {
    const { root, work, id } = make()
    work.git('tag', '-a', 'v1', '-m', 'x')
    work.git('tag', '-a', 'v2', 'v1', '-m', 'x')
    const repository = open(root, './work')
    expect(await repository.find('v2')).toEqual({ id, ref: 'refs/tags/v2' })
    expect(await repository.find(work.git('rev-parse', 'v2'))).toEqual({ id, ref: null })
  })

  test('is damaged where references name each other in a circle, or objects are no objects', async () => {
    const { root, work, id } = make()
    const heads = join(work.path, '.git/refs/heads')
    writeFileSync(join(heads, 'a'), 'ref: refs/heads/b\n')
    writeFileSync(join(heads, 'b'), 'ref: refs/heads/a\n')
    await expect(open(root, './work').find('a')).rejects.toMatchObject({ code: 'E_SOURCE_INVALID' })
    const object = join(work.path, '.git/objects', id.slice(0, 2), id.slice(2))
    rmSync(object)
    writeFileSync(object, 'damaged')
    await expect(open(root, './work').find('main')).rejects.toMatchObject({
      code: 'E_SOURCE_INVALID',
      message: expect.not.stringContaining('isomorphic-git'),
    })
  })
})
