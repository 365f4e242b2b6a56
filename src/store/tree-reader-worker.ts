// The worker's side of tree-reader.ts: reads one tree after the other and sends its NAR, piece by piece, through the ring.

import { NarHash } from '../core/nar.ts'
import { type RingWriter, serveRing } from '../host/byte-ring.ts'
import { NodeHost } from '../host/node-host.ts'
import { type Piece, PieceWriter, readPieces } from './pieces.ts'
import { ReferenceFinder } from './references.ts'
import type { ReadJob, ReadNote, ReadResult } from './tree-reader.ts'

const host = new NodeHost()

serveRing(({ path, label, candidates, copyTo }: ReadJob, ring: RingWriter<ReadNote>): ReadResult => {
  const finder = candidates === null ? null : new ReferenceFinder(label, candidates)
  const hash = copyTo === null ? null : new NarHash()
  const writer = copyTo === null ? null : new PieceWriter(host, copyTo)
  readPieces(host, path, { label, onLink: finder?.onLink, nextBuffer: () => ring.nextBuffer() }, (piece) => {
    finder?.onChunk(piece.bytes)
    hash?.update(piece.bytes)
    if (writer === null) {
      ring.send(null, piece.bytes.length)
      return
    }
    writer.makeNodes(piece)
    const { files, finished } = piece
    if (ring.isBehind && isWhole(piece)) {
      writer.writeFiles(piece)
      ring.send({ files: [], finished }, null)
    } else {
      ring.send({ files, finished }, piece.bytes.length)
    }
  })
  return { nar: hash?.finish() ?? null, references: finder?.references ?? [] }
})

/** A file that goes on from one piece to the next is written by one thread. */
function isWhole({ files }: Piece): boolean {
  return files.every((file) => file.isFirst && file.isLast)
}
