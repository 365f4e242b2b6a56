// How moves that the sh front makes (bin/tenon), which can take no lease, keep out of the way of everything else that changes a profile.
//
//   <profile>/moves/     where a mover makes the link that it is about to rename to `current`; it looks at everything after it made it
//   <profile>/closed/    what `moves` is called when somebody is about to change the profile, until its links are gone
//
// A mover's rename needs its link at the path where it made it. So taking `moves` away and the links in it stops every move that has begun and
// lets none begin; and what a mover found after it made its link is still so when its rename succeeds. A kill leaves a link that nobody
// renames, or no `moves`: either way movers ask Node, until a change, or a move of Node's from the command line, makes it anew.

import { systemCode } from '../core/errors.ts'
import { ifPossible, makeDirectories } from '../host/durable.ts'
import type { Host } from '../host/host.ts'

/** It may be missing. */
export function movesDirectory(profile: string): string {
  return `${profile}/moves`
}

/**
 * Runs `use` while no mover can move; who began before will ask Node. The caller holds the profile's lease. It needs no room on the disk: where
 * `moves` cannot be made again, movers ask Node.
 */
export function withoutMoves<T>(host: Host, directory: string, use: () => T): T {
  const open = movesDirectory(directory)
  const closed = `${directory}/closed`
  try {
    close(host, open, closed)
    return use()
  } finally {
    // A new one, never the old one by its old name: a link may have come into that which was begun when it still had the name.
    ifPossible(() => {
      makeOpen(host, directory, open)
      if (host.stat(closed) !== null) host.removeAll(closed)
    })
  }
}

function close(host: Host, open: string, closed: string): void {
  // A rename may replace an empty directory.
  empty(host, closed)
  if (host.stat(open) === null) return
  host.rename(open, closed)
  // A mover's rename that had found `moves` by its name, and waits in the kernel for its turn, succeeds as long as its link is there.
  empty(host, closed)
}

function makeOpen(host: Host, directory: string, open: string): void {
  makeDirectories(host, open)
  const handle = host.openRead(open)
  try {
    // In a directory of root nobody else could make a link, or take one away. What is no directory is not what was made.
    if (host.statHandle(handle).kind === 'directory') host.giveToOwnerOf(directory, handle)
  } finally {
    host.close(handle)
  }
}

function empty(host: Host, directory: string): void {
  const kind = host.stat(directory)?.kind
  if (kind === undefined) return
  // Never through a link.
  if (kind !== 'directory') {
    host.unlink(directory)
    return
  }
  for (const name of host.readNames(directory)) {
    try {
      host.removeAll(`${directory}/${name}`)
    } catch (error) {
      // The mover took it away, or renamed it.
      if (systemCode(error) !== 'ENOENT') throw error
    }
  }
}

/** Whether a mover that comes now would find a way, and no trace of another. */
export function admitsMoves(host: Host, directory: string): boolean {
  const open = movesDirectory(directory)
  return host.stat(open)?.kind === 'directory' && host.readNames(open).length === 0
}
