// Git's "smart" protocol, as far as fetching over HTTP needs it (version 0, which every server speaks): what a repository says that it has, how
// it is asked for commits, and the pack in its answer. From bytes to values and back; it connects to nothing, and believes no pack.

/** What was sent is not of this protocol. The message is the end of a sentence. */
export class ProtocolError extends Error {}

/** The server says that it will not give what was asked for, in its own words. */
export class RefusedError extends Error {}

export interface Advertisement {
  /** Full name of a reference → commit; tags with a message stand for what they name. `HEAD` is among them if the repository has one. */
  readonly refs: ReadonlyMap<string, string>
  /** The objects that the references name themselves: what any server gives out. */
  readonly tips: readonly string[]
  readonly capabilities: ReadonlySet<string>
}

export interface PackWish {
  /** Ids of objects; at least one. */
  readonly wants: readonly string[]
  /** Without the commits before them. */
  readonly shallow: boolean
}

const FIRST_LINE = '# service=git-upload-pack'
const NEEDED = 'side-band-64k'
const OUR_CAPABILITIES = [NEEDED, 'ofs-delta']
/** Stands for the references of an empty repository. */
const NO_REFS = 'capabilities^{}'
const MAX_WORDS = 200

/** The answer to `info/refs?service=git-upload-pack`. @throws ProtocolError, RefusedError */
export function parseAdvertisement(bytes: Buffer): Advertisement {
  const texts: string[] = []
  for (const line of linesOf(bytes)) if (line !== null) texts.push(textOf(line))
  const [first, second = '', ...rest] = texts
  if (first !== FIRST_LINE) throw new ProtocolError('its first line is not that of a git server')
  const [head = '', words = ''] = second.split('\0', 2)
  const capabilities = new Set(words.split(' '))
  const refs = new Map<string, string>()
  const tips = new Set<string>()
  for (const line of second === '' ? [] : [head, ...rest]) {
    const [id = '', name = ''] = line.split(' ', 2)
    if (line.startsWith('shallow ') || name === NO_REFS) continue
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id) || name === '')
      throw new ProtocolError('it names a reference that is none')
    const peeled = name.endsWith('^{}')
    if (!peeled) tips.add(id)
    refs.set(peeled ? name.slice(0, -3) : name, id)
  }
  if (refs.size > 0 && !capabilities.has(NEEDED)) throw new ProtocolError(`it does not know \`${NEEDED}\``)
  return { refs, tips: [...tips], capabilities }
}

/** True for a repository whose ids are not SHA-1. */
export function isOtherHash({ capabilities }: Advertisement): boolean {
  return [...capabilities].some((item) => item.startsWith('object-format=') && item !== 'object-format=sha1')
}

/** The body of a request to `git-upload-pack`. */
export function packRequest({ wants, shallow }: PackWish, { capabilities }: Advertisement): Buffer {
  const ours = OUR_CAPABILITIES.filter((item) => capabilities.has(item)).join(' ')
  return Buffer.concat([
    ...wants.map((id, index) => lineOf(`want ${id}${index === 0 ? ` ${ours}` : ''}\n`)),
    ...(shallow ? [lineOf('deepen 1\n')] : []),
    Buffer.from('0000'),
    lineOf('done\n'),
  ])
}

/** The pack in the answer of `git-upload-pack`; empty when there is none. @throws ProtocolError, RefusedError */
export function packOf(bytes: Buffer): Buffer {
  const pieces: Buffer[] = []
  for (const line of linesOf(bytes)) {
    // 1 is a piece of the pack, 2 is talk, 3 is the last word; everything else is said before the pack.
    if (line?.[0] === 1) pieces.push(line.subarray(1))
    else if (line?.[0] === 3) throw new RefusedError(wordsOf(line.subarray(1).toString('utf8')))
  }
  return Buffer.concat(pieces)
}

/** Null for a mark between two parts. @throws ProtocolError, RefusedError for a line that is a refusal */
function* linesOf(bytes: Buffer): Generator<Buffer | null> {
  for (let at = 0; at < bytes.length; ) {
    const digits = bytes.toString('latin1', at, at + 4)
    if (!/^[0-9a-f]{4}$/i.test(digits)) throw new ProtocolError('it sends what is no line of the protocol')
    const length = Number.parseInt(digits, 16)
    if (length > 0 && length < 4) throw new ProtocolError('it sends what is no line of the protocol')
    const end = at + Math.max(length, 4)
    if (end > bytes.length) throw new ProtocolError('its answer is cut off')
    const line = length === 0 ? null : bytes.subarray(at + 4, end)
    if (line?.subarray(0, 4).toString('latin1') === 'ERR ')
      throw new RefusedError(wordsOf(line.subarray(4).toString('utf8')))
    yield line
    at = end
  }
}

function lineOf(text: string): Buffer {
  return Buffer.from(`${(text.length + 4).toString(16).padStart(4, '0')}${text}`)
}

function textOf(line: Buffer): string {
  return line.toString('utf8').replace(/\n$/, '')
}

/** What a server says, on one line and short enough to be shown. */
function wordsOf(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_WORDS)
}
