// Archives of every kind for the tests, good and evil: by the test's own tar builder and by the programs of the machine, where they are.

import { spawnSync } from 'node:child_process'
import { crc32, gzipSync, zstdCompressSync } from 'node:zlib'

/** Compressed by a program of this machine; null where it has none. */
export function compressWith(program: 'xz' | 'bzip2', bytes: Buffer, ...options: readonly string[]): Buffer | null {
  const { status, stdout, error } = spawnSync(program, ['-c', ...options], { input: bytes, maxBuffer: 1 << 28 })
  return error === undefined && status === 0 ? stdout : null
}

export const compress = { gzip: gzipSync, zstd: zstdCompressSync } as const

export interface ZipEntry {
  readonly name: string | Buffer
  readonly body?: string | Buffer
  /** As `st_mode`; 0 writes an entry of a system without modes. */
  readonly mode?: number
  readonly flags?: number
  readonly method?: number
  /** What the directory says, if that is not the truth. */
  readonly crc?: number
  readonly size?: number
  /** The directory says that the entry is where the first one is. */
  readonly isFirst?: boolean
  /** The directory says so in the way of zip64, whatever is true. */
  readonly zip64?: { readonly size: bigint; readonly packed: bigint; readonly offset: bigint }
}

/** Stored, not compressed. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const body = Buffer.from(entry.body ?? '')
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(entry.flags ?? 0x800, 2)
    common.writeUInt16LE(entry.method ?? 0, 4)
    common.writeUInt32LE(entry.crc ?? crc32(body), 10)
    common.writeUInt32LE(body.length, 14)
    common.writeUInt32LE(entry.size ?? body.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, body])
    const central = Buffer.alloc(46)
    central.write('PK\x01\x02', 0, 'latin1')
    central.writeUInt16LE(((entry.mode ?? 0) === 0 ? 0 : 3) << 8, 4)
    common.copy(central, 6)
    central.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 38)
    central.writeUInt32LE(entry.isFirst === true ? 0 : offset, 42)
    directory.push(central, name, entry.zip64 === undefined ? Buffer.alloc(0) : large(central, entry.zip64))
    if (entry.isFirst === true) continue
    files.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...files, central, end])
}

/** The extra field with the sizes and the place of an entry, to which its `central` header is made to lead. */
function large(central: Buffer, { size, packed, offset }: NonNullable<ZipEntry['zip64']>): Buffer {
  const extra = Buffer.alloc(28)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(24, 2)
  extra.writeBigUInt64LE(size, 4)
  extra.writeBigUInt64LE(packed, 12)
  extra.writeBigUInt64LE(offset, 20)
  for (const at of [20, 24, 42]) central.writeUInt32LE(0xffffffff, at)
  central.writeUInt16LE(extra.length, 30)
  return extra
}
