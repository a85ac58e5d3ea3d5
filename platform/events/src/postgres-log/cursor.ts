import { crc32 } from 'node:zlib'

const checksumBytes = 4

/** The position at which a reader continues in a partition. */
export interface CursorPlace {
  readonly topic: number
  readonly part: number
  readonly position: number
}

/**
 * Encodes where a reader continues in each partition: by topic its id, the number of its partitions and their positions, each as a varint
 * (LEB128), behind a checksum, in base64url. Hundreds of partitions fit into a query; topics that have not been read are left out.
 */
export function encodeCursor(places: readonly CursorPlace[]): string {
  const bytes: number[] = []
  for (const [topic, parts] of Map.groupBy(places, (place) => place.topic)) {
    if (parts.every(({ position }) => position === 0)) continue
    const count = Math.max(...parts.map(({ part }) => part)) + 1
    const positions = Array.from({ length: count }, () => 0)
    for (const { part, position } of parts) positions[part] = position
    for (const value of [topic, count, ...positions]) pushVarint(bytes, value)
  }
  const checksum = Buffer.alloc(checksumBytes)
  checksum.writeUInt32BE(crc32(Buffer.from(bytes)))
  return Buffer.concat([checksum, Buffer.from(bytes)]).toString('base64url')
}

/** Returns the positions by `topic/part`; those of other partitions are 0. @throws TypeError if it was not encoded here */
export function decodeCursor(cursor: string): ReadonlyMap<string, number> {
  const encoded = Buffer.from(cursor, 'base64url')
  const bytes = encoded.subarray(checksumBytes)
  if (encoded.length < checksumBytes || encoded.readUInt32BE() !== crc32(bytes)) throw notACursor()
  const places = new Map<string, number>()
  let at = 0
  const next = () => {
    const { value, length } = readVarint(bytes, at)
    at += length
    return value
  }
  while (at < bytes.length) {
    const topic = next()
    const count = next()
    // Each has at least one byte.
    if (count > bytes.length - at) throw notACursor()
    for (let part = 0; part < count; part++) places.set(`${topic}/${part}`, next())
  }
  return places
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80)
  bytes.push(rest)
}

function readVarint(bytes: Buffer, from: number): { readonly value: number; readonly length: number } {
  let value = 0
  for (let length = 1; ; length++) {
    const byte = bytes[from + length - 1]
    if (byte === undefined) throw notACursor()
    value += (byte % 0x80) * 0x80 ** (length - 1)
    if (!Number.isSafeInteger(value)) throw notACursor()
    if (byte < 0x80) return { value, length }
  }
}

function notACursor(): TypeError {
  return new TypeError('this is not a cursor of the event log')
}
