// Packs and answers of git servers made byte by byte, for what no git would send.

import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { type Answer, FileServer } from './file-server.ts'

const TYPES = { commit: 1, tree: 2, blob: 3, tag: 4, ofs: 6, ref: 7 } as const
export type EntryType = keyof typeof TYPES

export const EVERY_CAPABILITY = 'side-band-64k ofs-delta shallow allow-tip-sha1-in-want agent=git/test'

function sha1(...pieces: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha1')
  for (const piece of pieces) hash.update(piece)
  return hash.digest()
}

export function objectId(type: EntryType, body: Uint8Array): string {
  return sha1(Buffer.from(`${type} ${body.length}\0`), body).toString('hex')
}

/** `before` is what stands between the head and the deflated bytes of a delta; `size` is what the head says. */
export function packEntry(
  type: EntryType,
  body: Uint8Array,
  { before = Buffer.alloc(0), size = body.length }: { readonly before?: Buffer; readonly size?: number } = {},
): Buffer {
  const head: number[] = []
  let byte = (TYPES[type] << 4) | (size % 16)
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    head.push(byte | 128)
    byte = rest % 128
  }
  return Buffer.concat([Buffer.from([...head, byte]), before, deflateSync(body)])
}

export function packBytes(entries: readonly Uint8Array[], count = entries.length): Buffer {
  const head = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1')
  head.writeUInt32BE(count, 8)
  const body = Buffer.concat([head, ...entries])
  return Buffer.concat([body, sha1(body)])
}

/** Sizes in the head of a delta. */
export function deltaSize(size: number): Buffer {
  const bytes: number[] = []
  for (let rest = size; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) | 128)
    if (rest < 128) return Buffer.from(bytes)
  }
}

/** A commit with one file `a` that says hello. */
export const HELLO = (() => {
  const blob = Buffer.from('hello\n')
  const tree = Buffer.concat([Buffer.from('100644 a\0'), Buffer.from(objectId('blob', blob), 'hex')])
  const who = 'a <a@example.org> 1700000000 +0000'
  const commit = Buffer.from(`tree ${objectId('tree', tree)}\nauthor ${who}\ncommitter ${who}\n\nx\n`)
  return {
    id: objectId('commit', commit),
    blob: objectId('blob', blob),
    entries: [packEntry('commit', commit), packEntry('tree', tree), packEntry('blob', blob)],
  }
})()

export function line(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes])
}

/** What a repository says that it has. */
export function refsAnswer(refs: Readonly<Record<string, string>>, capabilities = EVERY_CAPABILITY): Buffer {
  const lines = Object.entries(refs).map(([name, id], index) =>
    line(`${id} ${name}${index === 0 ? `\0${capabilities}` : ''}\n`),
  )
  return Buffer.concat([line('# service=git-upload-pack\n'), Buffer.from('0000'), ...lines, Buffer.from('0000')])
}

export function packAnswer(pack: Buffer): Buffer {
  const pieces = [line('NAK\n')]
  for (let at = 0; at < pack.length; at += 60_000)
    pieces.push(line(Buffer.concat([Buffer.from([1]), pack.subarray(at, at + 60_000)])))
  return Buffer.concat([...pieces, Buffer.from('0000')])
}

/** A server with one repository; what it says is made by these, or sent by them. */
export async function gitServerOf(refs: Buffer | Answer, pack: Buffer | Answer): Promise<FileServer> {
  return await FileServer.start((request, response, count) => {
    const isRefs = request.method === 'GET'
    const answer = isRefs ? refs : pack
    const type = `application/x-git-upload-pack-${isRefs ? 'advertisement' : 'result'}`
    request.resume().on('end', () => {
      if (typeof answer === 'function') answer(request, response, count)
      else response.writeHead(200, { 'content-type': type }).end(answer)
    })
  })
}
