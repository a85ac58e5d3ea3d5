/** A number from 0 up to 1 from a text (FNV-1a with a final mix); the same in every process. */
export function unitHash(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/** The first `count` by a hash of their names, which is a random choice that a repetition makes again. */
export function chosen<Item>(items: readonly Item[], count: number, nameOf: (item: Item) => string): Item[] {
  if (items.length <= count) return [...items]
  return items
    .map((item) => ({ item, place: unitHash(nameOf(item)) }))
    .toSorted((left, right) => left.place - right.place)
    .slice(0, count)
    .map(({ item }) => item)
}
