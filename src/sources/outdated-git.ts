// What of a repository is newer than what is locked: the commit that a branch names now, a tag that was moved, a tag of a higher version.

import semverGt from 'semver/functions/gt.js'
import prerelease from 'semver/functions/prerelease.js'
import parse from 'semver/functions/valid.js'
import type { GitReader } from './git-reader.ts'
import type { Outdated } from './outdated.ts'

export interface LockedCommit {
  readonly requirement: string
  readonly package: string
  readonly commit: string
  /** As asked: a branch, a tag, a full id; '' for HEAD. */
  readonly revision: string
  /** What to name to `tenon update`. */
  readonly update: string
}

/** Asks the repository what its names mean. @throws ToolError what `GitReader.find` throws */
export async function outdatedCommit(locked: LockedCommit, reader: GitReader): Promise<Outdated> {
  const { requirement, package: id, revision, update } = locked
  const found = await reader.find(revision)
  const row = { requirement, package: id }
  const current = shortOf(locked.commit)
  const asked = revision === '' ? 'HEAD' : `\`${revision}\``
  if (found === null)
    return { ...row, current, allowed: current, latest: current, why: `the repository has no ${asked} any more` }
  const isMoved = found.id !== locked.commit
  if (found.ref?.startsWith('refs/tags/') !== true) {
    const allowed = shortOf(found.id)
    const why = isMoved ? `${asked} is ${allowed} now; \`tenon update ${update}\` moves the lock` : null
    return { ...row, current, allowed, latest: allowed, why }
  }
  const latest = newestTag(revision, await reader.tags())
  const reasons = [
    ...(isMoved ? [`the tag was moved to ${shortOf(found.id)}; \`tenon update ${update}\` follows it`] : []),
    ...(latest === revision ? [] : [`${asked} is what is asked for`]),
  ]
  return {
    ...row,
    current: isMoved ? current : revision,
    allowed: revision,
    latest,
    why: reasons.length === 0 ? null : reasons.join('\n'),
  }
}

/** The tag of the highest version that is written as this one is, so that `lint-v1.2.0` is none of `format`; itself where it is no version. */
function newestTag(tag: string, tags: readonly string[]): string {
  const [, prefix = '', asked = ''] = /^(.*?)(\d+\.\d+\.\d+.*)$/.exec(tag) ?? []
  if (parse(asked) === null) return tag
  let newest = asked
  for (const other of tags) {
    const version = other.startsWith(prefix) ? other.slice(prefix.length) : ''
    if (!/^\d/.test(version) || parse(version) === null || prerelease(version) !== null) continue
    if (semverGt(version, newest)) newest = version
  }
  return `${prefix}${newest}`
}

/** Enough to tell a commit from others. */
function shortOf(commit: string): string {
  return commit.slice(0, 12)
}
