import { assert, array, integer, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { closeFrame, frameBoundary } from './frame-boundary.ts'

function frameOf(payload: Uint8Array): Buffer {
  const { length } = payload
  if (length < 126) return Buffer.concat([Buffer.from([0x81, length]), payload])
  const head = Buffer.alloc(length < 65_536 ? 4 : 10)
  head[0] = 0x81
  head[1] = length < 65_536 ? 126 : 127
  if (length < 65_536) head.writeUInt16BE(length, 2)
  else head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, payload])
}

test('is reached behind each frame and nowhere else, however the bytes arrive', () => {
  assert(
    property(
      array(uint8Array({ maxLength: 300 }), { maxLength: 5 }),
      array(integer({ min: 1, max: 50 })),
      (payloads, cuts) => {
        const frames = payloads.map(frameOf)
        const ends = new Set(
          frames.map((_, index) => frames.slice(0, index + 1).reduce((sum, { length }) => sum + length, 0)),
        )
        const bytes = Buffer.concat(frames)
        const boundary = frameBoundary()
        for (let at = 0, step = 0; at < bytes.length; step++) {
          const next = Math.min(bytes.length, at + (cuts[step] ?? 7))
          boundary.push(bytes.subarray(at, next))
          at = next
          expect(boundary.isReached()).toBe(ends.has(at))
        }
      },
    ),
  )
})

test('reads long and masked frames', () => {
  const long = frameBoundary()
  const frame = frameOf(new Uint8Array(70_000))
  long.push(frame.subarray(0, 69_000))
  expect(long.isReached()).toBe(false)
  long.push(frame.subarray(69_000))
  expect(long.isReached()).toBe(true)
  const masked = frameBoundary()
  masked.push(Buffer.from([0x81, 0x82, 1, 2, 3, 4, 5]))
  expect(masked.isReached()).toBe(false)
  masked.push(Buffer.from([6]))
  expect(masked.isReached()).toBe(true)
})

test('a close frame has a code and a reason', () => {
  expect([...closeFrame(1001, 'ok')]).toEqual([0x88, 4, 0x03, 0xe9, 0x6f, 0x6b])
})
