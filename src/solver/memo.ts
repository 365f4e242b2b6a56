// Values that are made once for each key.

export function memo<K, T>(known: Map<K, T>, key: K, make: () => T): T {
  let found = known.get(key)
  if (found === undefined) {
    found = make()
    known.set(key, found)
  }
  return found
}
