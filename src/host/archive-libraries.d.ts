// What is used of two libraries that come without types.

declare module 'seek-bzip' {
  interface Input {
    readByte(): number
    eof(): boolean
  }
  interface Output {
    writeByte(byte: number): void
    flush(): void
  }
  const bunzip: {
    decode(
      input: Input & { read(buffer: Uint8Array, offset: number, length: number): number },
      output: Output,
      multistream: boolean,
    ): void
  }
  export default bunzip
}

declare module 'yauzl' {
  import type { Readable } from 'node:stream'

  export class RandomAccessReader {
    _readStreamForRange(start: number, end: number): Readable
    close(callback: (error?: Error | null) => void): void
  }
  export interface Entry {
    readonly versionMadeBy: number
    readonly generalPurposeBitFlag: number
    readonly externalFileAttributes: number
    readonly crc32: number
    readonly uncompressedSize: number
    readonly relativeOffsetOfLocalHeader: number
    readonly fileNameRaw: Uint8Array
    readonly extraFields: readonly { readonly id: number; readonly data: Buffer }[]
    isEncrypted(): boolean
    canDecodeFileData(): boolean
  }
  export interface ZipFile {
    readonly entryCount: number
    eachEntry(): AsyncIterable<Entry>
    openReadStreamPromise(entry: Entry): Promise<Readable>
    close(): void
  }
  export function fromRandomAccessReaderPromise(
    reader: RandomAccessReader,
    totalSize: number,
    options: { readonly decodeStrings: boolean; readonly autoClose: boolean },
  ): Promise<ZipFile>
  export function getFileNameLowLevel(
    generalPurposeBitFlag: number,
    fileName: Uint8Array,
    extraFields: Entry['extraFields'],
    strictFileNames: boolean,
  ): string
}
