import { bodyDecoder, type BodyDecoder } from './body-decoder.ts'
import { BadResponse, parseResponseHead, type ResponseHead } from './response-head.ts'

/** Who takes an answer as it comes. */
export interface ResponseSink {
  readonly onHead: (head: ResponseHead) => void
  /** False asks the connection to pause until `resume`. */
  readonly onData: (data: Buffer) => boolean
  readonly onEnd: () => void
  /** Nothing more comes: the connection broke, or the upstream's answer was not HTTP. */
  readonly onFailure: (error: Error) => void
}

/** Reads one answer out of the bytes of a connection. */
export interface AnswerReader {
  readonly sink: ResponseSink
  /** Whether the answer has ended with this chunk. Throws `BadResponse`. */
  readonly push: (chunk: Buffer) => boolean
  /** Whether the connection may end here without the answer being broken. */
  readonly mayEnd: () => boolean
  readonly isKeptAlive: () => boolean
}

const largestHeadBytes = 65_536
const headEnd = Buffer.from('\r\n\r\n')

/** Makes the reader of one answer to a request of this method. */
export function answerReader(method: string, sink: ResponseSink, pause: () => void): AnswerReader {
  let head: ResponseHead | undefined
  let decoder: BodyDecoder | undefined
  let pending: Buffer | undefined

  function readHead(chunk: Buffer): boolean {
    const bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk])
    const end = bytes.indexOf(headEnd)
    if (end < 0) {
      if (bytes.length > largestHeadBytes) throw new BadResponse('a head without end')
      pending = bytes
      return false
    }
    pending = undefined
    const parsed = parseResponseHead(bytes.toString('latin1', 0, end), method)
    const rest = bytes.subarray(end + headEnd.length)
    // an interim answer (100, 103) is followed by the real one
    if (parsed.status < 200) return rest.length > 0 && readHead(rest)
    return beginBody(parsed, rest)
  }

  function beginBody(parsed: ResponseHead, rest: Buffer): boolean {
    head = parsed
    decoder = bodyDecoder(parsed.framing, (data) => {
      if (!sink.onData(data)) pause()
    })
    sink.onHead(parsed)
    return rest.length > 0 ? decoder.push(rest) : parsed.isKeptAlive && decoder.mayEnd()
  }

  return {
    sink,
    push: (chunk) => (decoder === undefined ? readHead(chunk) : decoder.push(chunk)),
    mayEnd: () => decoder?.mayEnd() === true,
    isKeptAlive: () => head?.isKeptAlive === true,
  }
}
