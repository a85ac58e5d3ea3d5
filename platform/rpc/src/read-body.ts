import type { ServerHttp2Stream } from 'node:http2'
import { Code, ConnectError } from '@connectrpc/connect'
import type { BodyAccount } from './body-budget.ts'

/** Milliseconds that a client may take to send a body. */
export const bodyTimeoutMs = 10_000

/** The refusal of a body that does not arrive in time. */
export function tooSlow(): ConnectError {
  return new ConnectError('The message did not arrive in time.', Code.DeadlineExceeded)
}

/** Reads the body of a stream whose caller has been admitted; stops at the first byte that exceeds its account. */
export function readBody(stream: ServerHttp2Stream, account: BodyAccount, timeoutMs: number): Promise<Buffer> {
  // Node ends an empty body before it is read
  if (stream.readableEnded) return Promise.resolve(Buffer.alloc(0))
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const parts: Buffer[] = []
  const settle = () => {
    clearTimeout(timer)
    stream.off('data', take).off('end', end).off('close', left)
  }
  const fail = (error: Error) => {
    settle()
    parts.length = 0
    reject(error)
  }
  const timer = setTimeout(() => fail(tooSlow()), timeoutMs)
  const take = (part: Buffer) => {
    try {
      account.add(part.length)
      parts.push(part)
    } catch (error) {
      fail(error as Error)
    }
  }
  const left = () => fail(new ConnectError('The caller has disconnected.', Code.Canceled))
  const end = () => {
    // a stream whose connection was lost ends too, with a part of its body
    if (stream.closed) return left()
    settle()
    resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts))
  }
  stream.on('data', take).once('close', left).once('end', end)
  return promise
}

/**
 * Counts the body of a request against an account while the library reads it, and stops the reading at the time limit. The
 * library reads a request through its async iterator.
 */
export function accountBody(request: AsyncIterable<Uint8Array>, account: BodyAccount, timeoutMs: number): void {
  const parts = request[Symbol.asyncIterator].bind(request)
  async function* counted() {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(tooSlow()), timeoutMs)
    late.promise.catch(() => {})
    const reading = parts()
    try {
      for (;;) {
        const next = await Promise.race([reading.next(), late.promise])
        if (next.done === true) return
        account.add(next.value.length)
        yield next.value
      }
    } finally {
      clearTimeout(timer)
    }
  }
  Object.defineProperty(request, Symbol.asyncIterator, { value: counted })
}
