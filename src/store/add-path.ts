// Copies a file or directory of the user's into a store. The tree is hashed before anything of it is written wherever that costs little or
// may save the writing: when it is small enough to be held, and when the store has an object of its name. What is hashed and
// what is written are the same bytes, whoever changes the original meanwhile.

import { NarHash } from '../core/nar.ts'
import type { StoreName, StorePath } from '../core/store-path.ts'
import type { Host } from '../host/host.ts'
import { ListingWriter } from './listing.ts'
import { type Piece, PieceWriter, readPieces } from './pieces.ts'
import type { StoreObject } from './records.ts'
import { ReferenceFinder } from './references.ts'
import { type Survey, TreeReader } from './tree-reader.ts'

/** What the store does for the one object that is added. */
export interface Admission {
  /** Of the object, in errors too. */
  readonly name: StoreName
  readonly candidates: readonly StorePath[]
  /** Whether the store has an object of this name, whatever is in it. */
  hasName(): boolean
  /**
   * The object that was surveyed, if it is valid already.
   * @throws ToolError E_INTEGRITY, E_ARCHIVE_UNSAFE for a tree that must not be added
   */
  find(survey: Survey): StoreObject | null
  stage(): Stage
}

/** A tree that is becoming an object. */
export interface Stage {
  /** Where to put it; nothing is there. */
  readonly path: string
  /** Makes what was put there, sealed but for its top directory, the object that was surveyed. @throws as `find` */
  settle(survey: Survey): StoreObject
  /** Removes it, after a failure. */
  discard(): void
}

const PIECE_SIZE = 1 << 20
/** Trees of up to so many pieces are held until it is known whether they must be written; larger ones are read again for that. */
const HELD_PIECES = 16

/** In this thread alone. */
export function addSmallPath(host: Host, admission: Admission, path: string): StoreObject {
  const held: Piece[] = []
  let isHeld = true
  const survey = surveyPath(host, admission, path, held, (piece) => {
    if (held.length < HELD_PIECES) held.push(piece)
    else isHeld = false
  })
  const present = admission.find(survey)
  if (present !== null) return present
  const stage = admission.stage()
  const writer = new PieceWriter(host, stage.path)
  try {
    if (!isHeld) return stage.settle(surveyPath(host, admission, path, [], (piece) => writer.write(piece)))
    for (const piece of held) writer.write(piece)
    return stage.settle(survey)
  } catch (error) {
    writer.close()
    stage.discard()
    throw error
  }
}

/** In two threads. */
export async function addLargePath(
  host: Host,
  admission: Admission,
  path: string,
  signal?: AbortSignal,
): Promise<StoreObject> {
  const job = { path, label: admission.name, candidates: admission.candidates }
  const reader = new TreeReader(host)
  try {
    const present = admission.hasName() ? admission.find(await reader.survey(job, signal)) : null
    if (present !== null) return present
    const stage = admission.stage()
    try {
      return stage.settle(await reader.copy(job, stage.path, signal))
    } catch (error) {
      // What is still being written must not be in the way.
      await reader.close()
      stage.discard()
      throw error
    }
  } finally {
    await reader.close()
  }
}

/** For the pieces that are held, and one more; kept, because objects are added one after the other, and fresh memory is dear. */
const buffers: Buffer[] = []

function surveyPath(
  host: Host,
  { name: label, candidates }: Admission,
  path: string,
  held: readonly Piece[],
  onPiece: (piece: Piece) => void,
): Survey {
  const hash = new NarHash()
  const finder = new ReferenceFinder(label, candidates)
  const listing = new ListingWriter()
  const onEntry = (at: string, isDirectory: boolean) => listing.add(at, isDirectory)
  const nextBuffer = (): Buffer => {
    const buffer = buffers[held.length] ?? Buffer.allocUnsafeSlow(PIECE_SIZE)
    buffers[held.length] = buffer
    return buffer
  }
  readPieces(host, path, { label, onLink: finder.onLink, onEntry, nextBuffer }, (piece) => {
    hash.update(piece.bytes)
    finder.onChunk(piece.bytes)
    onPiece(piece)
  })
  return { nar: hash.finish(), references: finder.references, listing: listing.finish() }
}
