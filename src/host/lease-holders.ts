// Who holds a lease, as far as the kernel tells: for what people are told when they waited too long. It decides nothing.

import type { Host } from './host.ts'

export interface Holder {
  readonly pid: number
  /** `node tenon switch dev`: the base names of its first arguments; empty when they are hidden. */
  readonly command: string
  /** By a signal or a debugger: it goes on only when somebody lets it. */
  readonly isStopped: boolean
  /** How long the process has been there, which is at least as long as it holds anything. Null when that is hidden. */
  readonly ageMs: number | null
}

/** In a message. */
const MAX_NAMED = 5
/** The byte range that SQLite locks, in /proc/locks. */
const LOCK_RANGE_START = 0x4000_0000
const LOCK_RANGE_END = LOCK_RANGE_START + 512
/** Linux tells programs so, whatever it counts in itself. */
const TICKS_PER_SECOND = 100

/** Who holds a lease that is one of the files at `paths`; empty when the kernel does not tell. */
export function findHolders(host: Host, paths: readonly string[]): readonly Holder[] {
  const inodes = new Set(paths.flatMap((path) => host.stat(path)?.inode ?? []))
  const pids = new Set<number>()
  // `1: POSIX  ADVISORY  READ 1234 fe:00:9977883 1073741826 1073742335`
  for (const line of textOf(host, '/proc/locks').split('\n')) {
    const [, , , , pid, file, start] = line.split(/\s+/)
    const offset = Number(start)
    if (!inodes.has(Number(file?.split(':')[2])) || !(offset >= LOCK_RANGE_START && offset < LOCK_RANGE_END)) continue
    if (Number(pid) > 0) pids.add(Number(pid))
  }
  return [...pids].slice(0, MAX_NAMED).map((pid) => ({ pid, command: commandOf(host, pid), ...stateOf(host, pid) }))
}

/** process 1234 (`node tenon switch dev`, which was begun 40 s ago and is stopped) */
export function describeHolder({ pid, command, isStopped, ageMs }: Holder): string {
  const facts = [
    ...(ageMs === null ? [] : [`was begun ${durationText(ageMs)} ago`]),
    ...(isStopped ? ['is stopped'] : []),
  ]
  const words = [...(command === '' ? [] : [`\`${command}\``]), ...(facts.length === 0 ? [] : [facts.join(' and ')])]
  return `process ${pid}${words.length === 0 ? '' : ` (${words.join(', which ')})`}`
}

/** What to do about them. */
export function adviceFor(holders: readonly Holder[]): string {
  const stopped = holders.filter(({ isStopped }) => isStopped).map(({ pid }) => pid)
  return stopped.length === 0
    ? 'Run the same command again when it has finished.'
    : `\`kill -CONT ${stopped.join(' ')}\` lets what is stopped go on; \`kill -KILL ${stopped.join(' ')}\` ends it, and nothing is lost.`
}

function commandOf(host: Host, pid: number): string {
  const words = textOf(host, `/proc/${pid}/cmdline`)
    .split('\0')
    .filter((word) => word !== '')
  return words
    .slice(0, 4)
    .map((word) => word.slice(word.lastIndexOf('/') + 1))
    .join(' ')
    .slice(0, 80)
}

function stateOf(host: Host, pid: number): Pick<Holder, 'isStopped' | 'ageMs'> {
  const text = textOf(host, `/proc/${pid}/stat`)
  // `1234 (name, which may hold anything) T 1 …`; what follows the name begins with the third field, and the start is the 22nd.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const begun = Number(fields[19]) / TICKS_PER_SECOND
  const now = Number.parseFloat(textOf(host, '/proc/uptime'))
  const age = now - begun
  return { isStopped: /^[Tt]$/.test(fields[0] ?? ''), ageMs: Number.isFinite(age) && age >= 0 ? age * 1000 : null }
}

/** Empty for what is gone. */
function textOf(host: Host, path: string): string {
  return host.readFile(path)?.toString('utf8') ?? ''
}

function durationText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} minutes`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} hours` : `${Math.floor(seconds / 86_400)} days`
}
