/** A bounded map in two generations: what was read lately stays, the rest goes, without bookkeeping on every read. */
export interface BoundedCache<Value> {
  readonly get: (key: string) => Value | undefined
  readonly set: (key: string, value: Value) => void
  readonly clear: () => void
  readonly size: () => number
}

/** Keeps between half of `maxEntries` and `maxEntries` entries; evicts the least recently used first. */
export function createBoundedCache<Value>(maxEntries: number): BoundedCache<Value> {
  const generationSize = Math.ceil(maxEntries / 2)
  let young = new Map<string, Value>()
  let old = new Map<string, Value>()
  const set = (key: string, value: Value) => {
    young.set(key, value)
    if (young.size < generationSize) return
    old = young
    young = new Map()
  }
  return {
    get: (key) => {
      const recent = young.get(key)
      if (recent !== undefined) return recent
      const older = old.get(key)
      if (older !== undefined) set(key, older)
      return older
    },
    set,
    clear: () => {
      young = new Map()
      old = new Map()
    },
    size: () => young.size + old.size,
  }
}
