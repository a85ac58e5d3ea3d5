import { bodyDecoder, type BodyDecoder } from './body-decoder.ts'
import { BadResponse, parseResponseHead, type ResponseHead } from './response-head.ts'

/** The receiver of a streamed response. */
export interface ResponseSink {
  readonly onHead: (head: ResponseHead) => void
  /** False asks the connection to pause until `resume`. */
  readonly onData: (data: Buffer) => boolean
  readonly onEnd: () => void
  /** Called when the response cannot be completed: the connection was lost, or the response is not HTTP. */
  readonly onFailure: (error: Error) => void
}

/** Parses one response from the bytes of a connection. */
export interface AnswerReader {
  readonly sink: ResponseSink
  /** Returns whether the response has ended with this chunk. Throws `BadResponse`. */
  readonly push: (chunk: Buffer) => boolean
  /** Returns whether the response is complete if the connection ends here. */
  readonly mayEnd: () => boolean
  readonly isKeptAlive: () => boolean
}

const largestHeadBytes = 65_536
const headEnd = Buffer.from('\r\n\r\n')

/** Makes the parser of one response to a request with this method. */
export function answerReader(method: string, sink: ResponseSink, pause: () => void): AnswerReader {
  let head: ResponseHead | undefined
  let decoder: BodyDecoder | undefined
  let pending: Buffer | undefined

  function readHead(chunk: Buffer): boolean {
    const bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk])
    const end = bytes.indexOf(headEnd)
    if (end < 0) {
      if (bytes.length > largestHeadBytes) throw new BadResponse('the response head has no end')
      pending = bytes
      return false
    }
    pending = undefined
    const parsed = parseResponseHead(bytes.toString('latin1', 0, end), method)
    const rest = bytes.subarray(end + headEnd.length)
    // an interim response (100, 103) is followed by the final one
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
