// Writes tar archives entry by entry, also such as no honest program would write. Only what the tests need of the format.

export interface TarEntry {
  readonly path: string | Buffer
  readonly body?: string | Buffer
  /** The type flag: '0' file, '5' directory, '2' symlink, … */
  readonly type?: string
  readonly mode?: number
  readonly link?: string
  /** What the header says, if that is not the truth; bytes are taken as they are. */
  readonly size?: number | Buffer
  readonly checksum?: number
}

const BLOCK = 512

/** Entries, then the end mark. */
export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(2 * BLOCK)])
}

export function tarEntry(entry: TarEntry): Buffer {
  const body = Buffer.from(entry.body ?? '')
  const header = Buffer.alloc(BLOCK)
  header.set(Buffer.from(entry.path).subarray(0, 100), 0)
  octal(header, 100, 8, entry.mode ?? 0o644)
  if (Buffer.isBuffer(entry.size)) header.set(entry.size, 124)
  else octal(header, 124, 12, entry.size ?? body.length)
  octal(header, 136, 12, 0)
  header.write(entry.type ?? '0', 156, 'latin1')
  header.write(entry.link ?? '', 157)
  header.write('ustar\u000000', 257, 'latin1')
  octal(header, 148, 8, entry.checksum ?? checksum(header))
  return Buffer.concat([header, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)])
}

/** A PAX header for the entry that follows. */
export function pax(records: { readonly [key: string]: string }): TarEntry {
  return { path: 'PaxHeader', type: 'x', body: Object.entries(records).map(paxRecord).join('') }
}

/** GNU's way to give the entry that follows a long path. */
export function gnuLongPath(path: string): TarEntry {
  return { path: '././@LongLink', type: 'L', body: `${path}\0` }
}

function paxRecord([key, value]: readonly [string, string]): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + 1
  while (String(length).length + rest !== length) length = String(length).length + rest
  return `${length} ${key}=${value}\n`
}

function checksum(header: Buffer): number {
  return header.reduce((sum, byte) => sum + byte, 8 * 0x20)
}

function octal(header: Buffer, offset: number, length: number, value: number): void {
  header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1')
}
