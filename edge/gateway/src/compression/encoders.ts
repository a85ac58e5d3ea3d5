import type { Transform } from 'node:stream'
import { promisify } from 'node:util'
import {
  brotliCompress,
  constants,
  createBrotliCompress,
  createGzip,
  createZstdCompress,
  gzip,
  zstdCompress,
} from 'node:zlib'
import type { Coding } from './codings.ts'

const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 19 } }
const gzipOptions = { level: 5 }
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }

// what a service sends at once is taken at once, so that it does not wait for the encoder
const takesAtOnce = { writableHighWaterMark: 1_048_576 }

/** What encodes an answer as it comes. */
export function encoderOf(coding: Coding): Transform {
  if (coding === 'br') return createBrotliCompress({ ...brotliOptions, ...takesAtOnce })
  if (coding === 'zstd') return createZstdCompress({ ...zstdOptions, ...takesAtOnce })
  return createGzip({ ...gzipOptions, ...takesAtOnce })
}

const encodeWhole: { readonly [Name in Coding]: (body: Buffer) => Promise<Buffer> } = {
  br: (body) => promisify(brotliCompress)(body, brotliOptions),
  zstd: (body) => promisify(zstdCompress)(body, zstdOptions),
  gzip: (body) => promisify(gzip)(body, gzipOptions),
}

const encodings = new WeakMap<Buffer, Map<Coding, Buffer | Promise<Buffer>>>()

/** A body that is kept, in this coding: encoded when it is first asked for, and kept for as long as the body is. */
export function encodedBody(body: Buffer, coding: Coding): Buffer | Promise<Buffer> {
  const kept = encodings.get(body) ?? new Map<Coding, Buffer | Promise<Buffer>>()
  encodings.set(body, kept)
  const known = kept.get(coding)
  if (known !== undefined) return known
  const encoding = encodeWhole[coding](body).then(
    (encoded) => {
      kept.set(coding, encoded)
      return encoded
    },
    (error: unknown) => {
      kept.delete(coding)
      throw error
    },
  )
  kept.set(coding, encoding)
  return encoding
}
