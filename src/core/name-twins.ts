// Refuses trees in which two names would be one for somebody: the same path twice, and paths that differ only in letter case or in how
// Unicode composes them. Directories may meet, since their contents are what counts.

/** What `put` says of a path that cannot stand beside what is there: the path that it meets. */
export interface Clash {
  readonly with: string
  /** Both are spelled alike, so it is no question of letter case. */
  readonly same: boolean
}

export type EntryKind = 'directory' | 'file' | 'symlink'

export class NameTwins {
  readonly #places = new Map<string, { readonly path: string; readonly kind: EntryKind }>()

  /** Null when `path` may stand there; its directories are put as well. Directories may be put any number of times. */
  put(path: string, kind: EntryKind): Clash | null {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const clash = this.#enter(path.slice(0, slash), 'directory')
      if (clash !== null) return clash
    }
    return this.#enter(path, kind)
  }

  /** What stands at exactly this path; null when nothing does. */
  kindOf(path: string): EntryKind | null {
    const place = this.#places.get(fold(path))
    return place?.path === path ? place.kind : null
  }

  #enter(path: string, kind: EntryKind): Clash | null {
    const key = fold(path)
    const there = this.#places.get(key)
    if (there === undefined) this.#places.set(key, { path, kind })
    else if (there.kind !== 'directory' || kind !== 'directory') return { with: there.path, same: there.path === path }
    return null
  }
}

/** Upper case first: `ß` and `ss` are one for a file system that folds. */
function fold(path: string): string {
  return path.toUpperCase().toLowerCase().normalize('NFC')
}
