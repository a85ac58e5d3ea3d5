/** The partition of a key: FNV-1a, 32 bits, over its UTF-16 code units. Never changes, or the order per key is lost. */
export function partitionOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0) % partitions
}
