/** The size of an image. */
export interface ImageSize {
  readonly widthPixels: number
  readonly heightPixels: number
}

/** More would take too much memory of those who show it. */
export const mostPixels = 50_000_000

/** How much of an image is read to find its size: the metadata of a camera comes before it in a JPEG. */
export const headBytes = 1_048_576

/** Returns the size in the header of an image; undefined if the header is missing or states no valid size. */
export function imageSizeOf(mediaType: string, head: Uint8Array): ImageSize | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
  try {
    const size = mediaType === 'image/png' ? ofPng(bytes) : mediaType === 'image/jpeg' ? ofJpeg(bytes) : ofWebp(bytes)
    return size === undefined || size.widthPixels < 1 || size.heightPixels < 1 ? undefined : size
  } catch (error) {
    // it ends within its header
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** PNG (third edition), 11.2.1: the first chunk is IHDR. */
function ofPng(bytes: Buffer): ImageSize | undefined {
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined
  return { widthPixels: bytes.readUInt32BE(16), heightPixels: bytes.readUInt32BE(20) }
}

/** JPEG (ITU T.81), B.2.2: the size is in the frame header, SOF0 to SOF15 without DHT, JPG and DAC. */
function ofJpeg(bytes: Buffer): ImageSize | undefined {
  for (let at = 2; at < bytes.length;) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes.readUInt8(at + 1)
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { heightPixels: bytes.readUInt16BE(at + 5), widthPixels: bytes.readUInt16BE(at + 7) }
    if (marker === 0xda || marker === 0xd9) return undefined
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}

/** WebP (RFC 9649), 2.5 to 2.7: lossy, lossless, extended. */
function ofWebp(bytes: Buffer): ImageSize | undefined {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { widthPixels: bytes.readUInt16LE(26) & 0x3fff, heightPixels: bytes.readUInt16LE(28) & 0x3fff }
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21)
      return { widthPixels: (bits & 0x3fff) + 1, heightPixels: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { widthPixels: bytes.readUIntLE(24, 3) + 1, heightPixels: bytes.readUIntLE(27, 3) + 1 }
    default:
      return undefined
  }
}
