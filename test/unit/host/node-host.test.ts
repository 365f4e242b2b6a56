import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readFileSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isStorageError } from '../../../src/core/errors.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { temporaryDirectory } from '../../support/store.ts'

const host = new NodeHost()

test('what is not there is null, also below a file', () => {
  const directory = temporaryDirectory()
  writeFileSync(`${directory}/f`, '')
  for (const path of [`${directory}/none`, `${directory}/none/x`, `${directory}/f/x`]) {
    expect(host.stat(path)).toBeNull()
    expect(host.readFile(path)).toBeNull()
    expect(host.readLink(path)).toBeNull()
  }
})

test('S-2.1 a device that is read instead of a file has an end, or is an error', () => {
  const directory = temporaryDirectory()
  symlinkSync('/dev/zero', `${directory}/endless`)
  expect(host.readFile('/dev/null')?.length).toBe(0)
  expect(host.readFile('/proc/self/stat')?.length).toBeGreaterThan(0)
  expect(() => host.readFile(`${directory}/endless`)).toThrow(expect.objectContaining({ code: 'EFBIG' }))
  expect(() => host.readFile(directory)).toThrow(expect.objectContaining({ code: 'EISDIR' }))
})

test('S-7.11 what is of another kind than it should be is told as that', () => {
  const directory = temporaryDirectory()
  writeFileSync(`${directory}/file`, '')
  symlinkSync('circle', `${directory}/circle`)
  symlinkSync('unmounted/cache', `${directory}/cut`)
  for (const [code, use] of Object.entries({
    EISDIR: () => host.readFile(directory),
    ELOOP: () => host.readFile(`${directory}/circle`),
    ENOTDIR: () => host.readDirectory(`${directory}/file`),
    ENOLINK: () => host.readDirectory(`${directory}/cut`),
    ENOENT: () => host.readNames(`${directory}/none`),
  })) {
    expect(use).toThrow(expect.objectContaining({ code }))
    // Of a directory that is not there whoever asks knows better what that means.
    expect(isStorageError(Object.assign(new Error(code), { code }))).toBe(code !== 'ENOENT')
  }
})

test('S-2.1 a file of gigabytes where a text should be is an error, and not read', () => {
  const path = `${temporaryDirectory()}/large`
  writeFileSync(path, '')
  truncateSync(path, 3 * 1024 ** 3)
  expect(() => host.readFile(path)).toThrow(expect.objectContaining({ code: 'EFBIG' }))
})

test('S-2.1 a pipe that is there instead of a file is an error at once; one that a shell passes is read', () => {
  const directory = temporaryDirectory()
  execFileSync('mkfifo', [`${directory}/pipe`])
  symlinkSync('pipe', `${directory}/link`)
  for (const name of ['pipe', 'link'])
    expect(() => host.readFile(`${directory}/${name}`)).toThrow(expect.objectContaining({ code: 'ESPIPE' }))
  const read = `import { NodeHost } from '${import.meta.dirname}/../../../src/host/node-host.ts'
    process.stdout.write(new NodeHost().readFile(process.argv[1]))`
  const shell = '"$0" --input-type=module -e "$1" <(sleep 0.1; echo secret)'
  expect(execFileSync('bash', ['-c', shell, process.execPath, read], { encoding: 'utf8' })).toBe('secret\n')
})

test('what is no link has no target, and what leads nowhere has no real path', () => {
  const directory = temporaryDirectory()
  writeFileSync(`${directory}/f`, '')
  symlinkSync('none', `${directory}/dangling`)
  expect(host.readLink(directory)).toBeNull()
  expect(host.readLink(`${directory}/f`)).toBeNull()
  for (const path of ['none', 'none/x', 'f/x', 'dangling']) expect(host.realPath(`${directory}/${path}`)).toBeNull()
  symlinkSync('f', `${directory}/l`)
  expect(host.realPath(`${directory}/l`)).toBe(`${host.realPath(directory)}/f`)
})

test('kinds are those of the entry itself, never of what a link points to', () => {
  const directory = temporaryDirectory()
  mkdirSync(`${directory}/d`)
  writeFileSync(`${directory}/f`, 'abc', { mode: 0o640 })
  symlinkSync('d', `${directory}/l`)
  execFileSync('mkfifo', [`${directory}/p`])
  const kinds = Object.fromEntries(host.readDirectory(directory).map((entry) => [entry.name, entry.kind]))
  expect(kinds).toEqual({ d: 'directory', f: 'file', l: 'symlink', p: 'other' })
  for (const [name, kind] of Object.entries(kinds)) expect(host.stat(`${directory}/${name}`)?.kind).toBe(kind)
  expect(host.stat(`${directory}/f`)).toMatchObject({ size: 3, mode: 0o640, links: 1 })
})

test('opening refuses a symlink, and does not hang on a pipe', () => {
  const directory = temporaryDirectory()
  writeFileSync(`${directory}/f`, '')
  symlinkSync('f', `${directory}/l`)
  execFileSync('mkfifo', [`${directory}/p`])
  expect(() => host.openRead(`${directory}/l`)).toThrow('ELOOP')
  const handle = host.openRead(`${directory}/p`)
  expect(host.statHandle(handle).kind).toBe('other')
  host.close(handle)
})

test('modes are exact whatever the umask was', () => {
  const script = `
    process.umask(0o777)
    const { NodeHost } = await import(${JSON.stringify(new URL('../../../src/host/node-host.ts', import.meta.url).href)})
    const host = new NodeHost()
    host.close(host.createFile(process.argv[1] + '/f', 0o555))
    host.makeDirectory(process.argv[1] + '/d', 0o755)`
  const directory = temporaryDirectory()
  execFileSync(process.execPath, ['--input-type=module', '-e', script, directory])
  expect(lstatSync(`${directory}/f`).mode & 0o777).toBe(0o555)
  expect(lstatSync(`${directory}/d`).mode & 0o777).toBe(0o755)
})

test('creating is exclusive, appending goes on where the file ends, truncating cuts', () => {
  const path = `${temporaryDirectory()}/f`
  const created = host.createFile(path, 0o644)
  host.write(created, Buffer.from('xabcx'), 1, 3)
  host.close(created)
  expect(() => host.createFile(path, 0o644)).toThrow('EEXIST')
  const appended = host.openAppend(path, 0o644)
  host.write(appended, Buffer.from('def'), 0, 3)
  host.truncate(appended, 5)
  host.syncFile(appended)
  host.setHandleTime(appended, 7)
  expect(host.statHandle(appended).size).toBe(5)
  host.close(appended)
  expect(readFileSync(path, 'utf8')).toBe('abcde')
  expect(host.stat(path)?.modifiedMs).toBe(7000)
})

test('sleeping ends when it is cancelled', async () => {
  const controller = new AbortController()
  const sleeping = host.sleep(600_000, controller.signal)
  controller.abort()
  await expect(sleeping).rejects.toThrow()
  await host.sleep(0)
})

test('random names have the length that was asked for and differ', () => {
  expect(host.random(8)).toMatch(/^[0-9a-f]{16}$/)
  expect(host.random(8)).not.toBe(host.random(8))
})

test('what `statText` gives is what GNU stat prints', () => {
  const directory = temporaryDirectory()
  writeFileSync(`${directory}/f`, 'abc')
  writeFileSync(`${directory}/early`, '')
  utimesSync(`${directory}/early`, 0, 0.25)
  symlinkSync('none', `${directory}/l`)
  const format = '%d:%i:%s:%.9Y:%.9Z'
  for (const path of [directory, `${directory}/f`, `${directory}/early`, `${directory}/l`]) {
    const printed = execFileSync('stat', ['-c', format, path], { env: { LC_ALL: 'C' }, encoding: 'utf8' })
    expect(`${host.statText(path)}\n`).toBe(printed)
  }
  expect(host.statText(`${directory}/none`)).toBeNull()
})
