import { randomFillSync } from 'node:crypto'

const poolBytes = 4096
const pool = Buffer.allocUnsafe(poolBytes)
let used = poolBytes

// A system call for random bytes per id costs more than the rest of a span; one call serves 256 trace ids.
function randomHex(bytes: number): string {
  if (used + bytes > poolBytes) {
    randomFillSync(pool)
    used = 0
  }
  const hex = pool.toString('hex', used, used + bytes)
  used += bytes
  return hex
}

/** A new trace id: 32 lowercase hex digits, random, never all zero (W3C Trace Context). */
export function newTraceId(): string {
  const id = randomHex(16)
  return id === '00000000000000000000000000000000' ? newTraceId() : id
}

/** A new span id: 16 lowercase hex digits, random, never all zero (W3C Trace Context). */
export function newSpanId(): string {
  const id = randomHex(8)
  return id === '0000000000000000' ? newSpanId() : id
}
