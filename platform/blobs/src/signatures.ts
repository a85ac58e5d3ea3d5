import { isUtf8 } from 'node:buffer'
import type { UploadMediaType } from '@stoa/contract'

/** How many bytes of the content are needed to tell its type, or all of them if there are fewer. */
export const signatureBytes = 16

const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const zip = [0x50, 0x4b, 0x03, 0x04]

/** Whether content that begins with these bytes can be of each type (WHATWG MIME Sniffing, and the specification of each format). */
const isOfType: { readonly [Type in UploadMediaType]: (start: Uint8Array) => boolean } = {
  'application/gzip': (start) => beginsWith(start, [0x1f, 0x8b, 0x08]),
  'application/pdf': (start) => textAt(start, 0, '%PDF-'),
  'application/vnd.apache.parquet': (start) => textAt(start, 0, 'PAR1'),
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': (start) => beginsWith(start, zip),
  'application/zip': (start) => beginsWith(start, zip),
  'image/gif': (start) => textAt(start, 0, 'GIF87a') || textAt(start, 0, 'GIF89a'),
  'image/jpeg': (start) => beginsWith(start, [0xff, 0xd8, 0xff]),
  'image/png': (start) => beginsWith(start, png),
  'image/webp': (start) => textAt(start, 0, 'RIFF') && textAt(start, 8, 'WEBP'),
  'text/csv': isText,
  'text/plain': isText,
}

/** Returns whether content of a declared type can begin with these bytes. */
export function mayBe(mediaType: string, start: Uint8Array): boolean {
  return Object.hasOwn(isOfType, mediaType) && isOfType[mediaType as UploadMediaType](start)
}

function beginsWith(start: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => start[index] === byte)
}

function textAt(start: Uint8Array, offset: number, text: string): boolean {
  return (
    Buffer.from(start.buffer, start.byteOffset, start.length).toString('latin1', offset, offset + text.length) === text
  )
}

/** UTF-8 without NUL; the last character may be cut off. */
function isText(start: Uint8Array): boolean {
  if (start.includes(0)) return false
  return [0, 1, 2, 3].some((cut) => cut <= start.length && isUtf8(start.subarray(0, start.length - cut)))
}
