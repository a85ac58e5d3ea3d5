import { connect, type Socket } from 'node:net'
import { platformError } from '@stoa/kernel'
import { answerReader } from '../upstream/answer-reader.ts'
import { parseResponseHead, type ResponseHead } from '../upstream/response-head.ts'

/** What an instance has made of a handshake. */
export type Handshake =
  | { readonly kind: 'open'; readonly upstream: Socket; readonly headers: readonly string[]; readonly rest: Buffer }
  | { readonly kind: 'answered'; readonly head: ResponseHead; readonly body: Buffer }

interface HandshakeOptions {
  readonly host: string
  readonly port: number
  /** The head of the request. */
  readonly text: string
  readonly timeoutMs: number
}

const headEnd = Buffer.from('\r\n\r\n')
/** A refusal is a problem of some hundred bytes. */
const largestBytes = 262_144

/** Sends a handshake on a connection of its own. Rejects if there is no response in time, or none of HTTP. */
export function sendHandshake({ host, port, text, timeoutMs }: HandshakeOptions): Promise<Handshake> {
  const upstream = connect({ host, port, noDelay: true })
  const { promise, resolve, reject } = Promise.withResolvers<Handshake>()
  const late = platformError('request.deadline_exceeded', 'The service did not respond in time.')
  const timer = setTimeout(() => upstream.destroy(late), timeoutMs)
  let bytes = Buffer.alloc(0)
  const body: Buffer[] = []
  let head: ResponseHead | undefined
  const reader = answerReader(
    'GET',
    {
      onHead: (read) => void (head = read),
      onData: (data) => body.push(data) > 0,
      onEnd() {},
      onFailure() {},
    },
    () => {},
  )

  function answered(): void {
    if (head === undefined) return
    resolve({ kind: 'answered', head, body: Buffer.concat(body) })
    upstream.destroy()
  }

  function open(end: number): void {
    const { headers } = parseResponseHead(bytes.toString('latin1', 0, end), 'GET')
    upstream.off('data', onData).off('end', onEnd).off('close', onClose).off('error', reject)
    clearTimeout(timer)
    upstream.pause()
    resolve({ kind: 'open', upstream, headers, rest: bytes.subarray(end + headEnd.length) })
  }

  function onData(chunk: Buffer): void {
    try {
      if (head !== undefined) return void (reader.push(chunk) && answered())
      bytes = Buffer.concat([bytes, chunk])
      if (bytes.length > largestBytes) throw new Error('the response to the handshake is too large')
      const end = bytes.indexOf(headEnd)
      if (end < 0) return
      if (bytes.toString('latin1', 0, 13).startsWith('HTTP/1.1 101 ')) open(end)
      else if (reader.push(bytes)) answered()
    } catch (error) {
      upstream.destroy(error as Error)
    }
  }
  const onEnd = () => {
    if (reader.mayEnd()) answered()
    upstream.destroy()
  }
  const onClose = () => {
    clearTimeout(timer)
    reject(new Error('the connection was closed'))
  }
  upstream.on('data', onData).on('end', onEnd).on('close', onClose).on('error', reject)
  upstream.on('error', () => {})
  upstream.write(text, 'latin1')
  return promise
}
