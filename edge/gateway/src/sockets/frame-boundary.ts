/** Follows the frames of a WebSocket (RFC 6455, 5.2) without reading them: so that a frame is only added between two others. */
export interface FrameBoundary {
  readonly push: (chunk: Buffer) => void
  /** Whether the bytes so far end with a whole frame. */
  readonly isReached: () => boolean
}

/** Makes a follower of the frames of one direction, from the first byte behind the handshake. */
export function frameBoundary(): FrameBoundary {
  let head = Buffer.alloc(0)
  let left = 0

  function push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (left > 0) {
        const taken = Math.min(left, chunk.length - at)
        left -= taken
        at += taken
        continue
      }
      head = Buffer.concat([head, chunk.subarray(at, at + 1)])
      at += 1
      const length = frameLength(head)
      if (length === undefined) continue
      left = length
      head = Buffer.alloc(0)
    }
  }

  return { push, isReached: () => left === 0 && head.length === 0 }
}

/** The bytes that follow a complete head; undefined while the head is not complete. */
function frameLength(head: Buffer): number | undefined {
  const second = head[1]
  if (second === undefined) return undefined
  const maskBytes = second >= 0x80 ? 4 : 0
  const short = second & 0x7f
  if (short < 126) return short + maskBytes
  const lengthBytes = short === 126 ? 2 : 8
  if (head.length < 2 + lengthBytes) return undefined
  return maskBytes + (short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2)))
}

/** A close frame of a server. The reason is ASCII, at most 123 bytes. */
export function closeFrame(code: number, reason: string): Buffer {
  const frame = Buffer.alloc(4 + reason.length)
  frame[0] = 0x88
  frame[1] = 2 + reason.length
  frame.writeUInt16BE(code, 2)
  frame.write(reason, 4, 'latin1')
  return frame
}
