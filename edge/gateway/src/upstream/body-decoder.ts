import { BadResponse, type ResponseHead } from './response-head.ts'

/** Takes the bytes behind a head and hands on the body, without its framing. */
export interface BodyDecoder {
  /** Whether the body has ended; what came after it is an error of the upstream's. Throws `BadResponse`. */
  readonly push: (chunk: Buffer) => boolean
  /** Whether the connection may end here. */
  readonly mayEnd: () => boolean
}

/** The decoder of a framing (RFC 9112, 6 and 7). */
export function bodyDecoder(framing: ResponseHead['framing'], onData: (data: Buffer) => void): BodyDecoder {
  switch (framing.kind) {
    case 'none':
      return lengthDecoder(0, onData)
    case 'length':
      return lengthDecoder(framing.sizeBytes, onData)
    case 'chunked':
      return chunkedDecoder(onData)
    case 'close':
      return {
        push(chunk) {
          onData(chunk)
          return false
        },
        mayEnd: () => true,
      }
  }
}

function lengthDecoder(sizeBytes: number, onData: (data: Buffer) => void): BodyDecoder {
  let left = sizeBytes
  return {
    push(chunk) {
      if (chunk.length > left) throw new BadResponse('more bytes than announced')
      left -= chunk.length
      if (chunk.length > 0) onData(chunk)
      return left === 0
    },
    mayEnd: () => left === 0,
  }
}

const sizeLine = /^([\da-fA-F]{1,8})[ \t]*(?:;[\t\x20-\x7e]*)?$/
const longestLineBytes = 4_096

function chunkedDecoder(onData: (data: Buffer) => void): BodyDecoder {
  let state: 'size' | 'data' | 'data_end' | 'trailer' | 'done' = 'size'
  let left = 0
  let line = ''

  /** One line, the line break included, or undefined while it is not whole. */
  function readLine(chunk: Buffer, from: number): number | undefined {
    const end = chunk.indexOf(0x0a, from)
    line += chunk.toString('latin1', from, end < 0 ? chunk.length : end + 1)
    if (line.length > longestLineBytes) throw new BadResponse('a line without end')
    return end < 0 ? undefined : end + 1
  }

  function takeLine(): string {
    if (!line.endsWith('\r\n')) throw new BadResponse('a bare line feed')
    const taken = line.slice(0, -2)
    line = ''
    return taken
  }

  function onLine(): void {
    const taken = takeLine()
    if (state === 'size') {
      const size = Number.parseInt(sizeLine.exec(taken)?.[1] ?? 'x', 16)
      if (Number.isNaN(size)) throw new BadResponse('a bad chunk size')
      left = size
      state = size === 0 ? 'trailer' : 'data'
    } else if (state === 'data_end') {
      if (taken !== '') throw new BadResponse('a chunk longer than announced')
      state = 'size'
    } else if (taken === '') state = 'done'
  }

  return {
    push(chunk) {
      let at = 0
      while (at < chunk.length) {
        if (state === 'done') throw new BadResponse('bytes after the last chunk')
        if (state === 'data') {
          const end = Math.min(chunk.length, at + left)
          onData(chunk.subarray(at, end))
          left -= end - at
          at = end
          if (left === 0) state = 'data_end'
          continue
        }
        const next = readLine(chunk, at)
        if (next === undefined) return false
        at = next
        onLine()
      }
      return state === 'done'
    },
    mayEnd: () => state === 'done',
  }
}
