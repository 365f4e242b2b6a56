// What a running verb tells about its progress. The only progress channel; cli/ and api/ draw it.

export type Event =
  /** A stage begins; `total` is its number of items, or null when unknown. */
  | { readonly kind: 'stage'; readonly stage: Stage; readonly total: number | null }
  | {
      readonly kind: 'progress'
      readonly stage: Stage
      readonly done: number
      readonly total: number
      readonly bytes: number
    }
  /** Something the user should know that stops nothing. */
  | { readonly kind: 'warning'; readonly message: string; readonly hint: string | null }
  | { readonly kind: 'note'; readonly message: string }

export type Stage = 'lock' | 'fetch' | 'build' | 'compose' | 'check' | 'switch' | 'verify' | 'gc' | 'optimise'
export type Report = (event: Event) => void
