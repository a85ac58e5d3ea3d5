import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { encodedBody } from './encoders.ts'

test('a body is encoded once for each coding', async () => {
  const body = Buffer.from('{"name":"Green tea"}'.repeat(200))
  const decode = { br: brotliDecompressSync, zstd: zstdDecompressSync, gzip: gunzipSync }
  for (const coding of ['br', 'zstd', 'gzip'] as const) {
    const [first, second] = [encodedBody(body, coding), encodedBody(body, coding)]
    expect(second).toBe(first)
    const encoded = await first
    expect(encodedBody(body, coding)).toBe(encoded)
    expect(encoded.length).toBeLessThan(body.length / 10)
    expect(decode[coding](encoded).equals(body)).toBe(true)
  }
})
