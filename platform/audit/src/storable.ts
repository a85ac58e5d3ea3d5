/** An index of PostgreSQL holds about 2,700 bytes of a value, and a character needs up to four. */
const longest = 500

/**
 * Returns texts as PostgreSQL can store them in JSON and in an index: without NUL and half surrogate pairs, and not longer than 500 characters. One that it refuses
 * would keep all later entries from their places in the chain.
 */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return clean(value) as T
  if (Array.isArray(value)) return value.map((each: unknown) => storable(each)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [clean(name), storable(each as unknown)])) as T
}

function clean(text: string): string {
  return text.slice(0, longest).toWellFormed().replaceAll('\0', '\ufffd')
}
