// What is newer than what is locked, as every source that has versions answers it.

export interface Outdated {
  /** As asked, in the short form. */
  readonly requirement: string
  /** The id of the package in the lock, or the address of a repository that is extended. */
  readonly package: string
  readonly current: string
  /** The highest version that the requirement allows and that fits. */
  readonly allowed: string
  /** The highest there is that is no pre-release. */
  readonly latest: string
  /** Why the current one is not the latest; null when it is. Lines of text. */
  readonly why: string | null
}

export interface Hold extends Pick<Outdated, 'current' | 'allowed'> {
  /** Why the range does not allow the latest: `\`^1\` does not allow 2.0.0`; null where it does. */
  readonly range: string | null
  /** A version that the range allows and that is too young: `1.2.0 is 3 hours old; …`. */
  readonly young: string | null
  /** What to name to `tenon update`. */
  readonly update: string
}

/** In words, where the requirement, the lock and the release age are all that holds a package. */
export function explainHold({ current, allowed, range, young, update }: Hold): string | null {
  const reasons = [range, young].filter((reason) => reason !== null)
  if (current !== allowed) reasons.push(moveText(update, allowed))
  return reasons.length === 0 ? null : reasons.join('\n')
}

/** What moves a package that nothing but the lock holds. */
export function moveText(update: string, allowed: string): string {
  return `the lock holds it; \`tenon update ${update}\` moves it to ${allowed}`
}
