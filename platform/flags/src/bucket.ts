const encoder = new TextEncoder()

/** The number of buckets: a percentage with three decimals is a whole number of them. */
export const bucketCount = 100_000

/**
 * The bucket of a key, from 0 to 99,999: MurmurHash3 (x86, 32 bits, seed 0) of the UTF-8 bytes of `{salt}/{key}`, scaled to the number of
 * buckets. The same in every process and release, so that a context keeps its variant while shares only grow.
 */
export function bucketOf(salt: string, key: string): number {
  return Math.floor((murmur32(encoder.encode(`${salt}/${key}`)) / 2 ** 32) * bucketCount)
}

/** MurmurHash3_x86_32 with the seed 0 (Austin Appleby, public domain). */
export function murmur32(bytes: Uint8Array, seed = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const blocks = bytes.length - (bytes.length % 4)
  let hash = seed
  for (let at = 0; at < blocks; at += 4) {
    hash ^= scramble(view.getUint32(at, true))
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  let tail = 0
  for (let at = bytes.length - 1; at >= blocks; at--) tail = (tail << 8) | (bytes[at] as number)
  if (bytes.length > blocks) hash ^= scramble(tail)
  hash ^= bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}
