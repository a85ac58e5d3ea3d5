import { fatal, sqlStates } from './sql-error.ts'

/** A message of a client; messages of the start have no type. */
export interface Message {
  readonly type: string
  readonly body: Buffer
}

/** Cuts what a client sends into messages, and holds no more of it than the longest message that is allowed and one read of the socket. */
export interface MessageReader {
  readonly add: (chunk: Buffer) => void
  /** Bytes that wait. */
  readonly size: () => number
  /** The next whole message. @throws SqlError fatal, for a length that is not allowed, as soon as it is read */
  readonly next: (expects: { readonly hasType: boolean; readonly mostBytes: number }) => Message | undefined
}

/** Makes one for a connection (PostgreSQL, "Message Formats": a length includes itself, not the type). */
export function makeMessageReader(): MessageReader {
  let chunks: Buffer[] = []
  let size = 0

  // a message that arrives in many pieces is put together once, when it is whole
  function peek(bytes: number): Buffer {
    if ((chunks[0]?.length ?? 0) < bytes) chunks = [Buffer.concat(chunks)]
    return chunks[0] as Buffer
  }

  function take(bytes: number): Buffer {
    const all = peek(bytes)
    chunks[0] = all.subarray(bytes)
    if (chunks[0].length === 0) chunks.shift()
    size -= bytes
    return all.subarray(0, bytes)
  }

  return {
    add(chunk) {
      chunks.push(chunk)
      size += chunk.length
    },
    size: () => size,
    next({ hasType, mostBytes }) {
      const headBytes = hasType ? 5 : 4
      if (size < headBytes) return undefined
      const length = peek(headBytes).readInt32BE(hasType ? 1 : 0)
      if (length < 4 || length > mostBytes) {
        throw fatal(sqlStates.protocolViolation, `invalid message length ${length}, at most ${mostBytes} are allowed`)
      }
      const bytes = length + (hasType ? 1 : 0)
      if (size < bytes) return undefined
      const whole = take(bytes)
      return { type: hasType ? String.fromCharCode(whole[0] as number) : '', body: whole.subarray(headBytes) }
    },
  }
}
