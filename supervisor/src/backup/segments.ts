import { open } from 'node:fs/promises'

// initdb's own size; ours is never made with another.
const segmentBytes = 16 * 1024 * 1024
const segmentsPerLog = 0x1_0000_0000 / segmentBytes

/** Whether a file in pg_wal is a segment of write-ahead log: timeline, log and segment in hexadecimal. */
export function isSegment(name: string): boolean {
  return /^[0-9A-F]{24}$/.test(name)
}

/** All segments from one to another of the same timeline, both included. */
export function segmentsBetween(first: string, last: string): string[] {
  const names = [first]
  for (let name = first; name < last;) {
    name = nextSegment(name)
    names.push(name)
  }
  return names
}

function nextSegment(name: string): string {
  const [timeline, log, segment] = [name.slice(0, 8), Number(`0x${name.slice(8, 16)}`), Number(`0x${name.slice(16)}`)]
  const isLast = segment + 1 === segmentsPerLog
  return [timeline, hex(isLast ? log + 1 : log), hex(isLast ? 0 : segment + 1)].join('')
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0')
}

/** Whether a file holds the segment it is named after, and not an old one that waits to be written over. */
export async function holdsSegment(path: string, name: string): Promise<boolean> {
  const head = Buffer.alloc(16)
  const handle = await open(path, 'r')
  try {
    await handle.read(head, 0, head.length, 0)
  } finally {
    await handle.close()
  }
  // XLogPageHeaderData: magic, flags, timeline, address of the page.
  const address = (BigInt(`0x${name.slice(8, 16)}`) << 32n) + BigInt(`0x${name.slice(16)}`) * BigInt(segmentBytes)
  return head.readUInt16LE(0) !== 0 && head.readBigUInt64LE(8) === address
}
