import type { IncomingMessage } from 'node:http'
import { type AppError, isAppError, platformError } from '@stoa/kernel'

/** A client that sends a body byte by byte is disconnected. */
const bodyTimeMs = 60_000

/** Reads the complete body of a request, so that it can be sent again; undefined for a request without a body. Throws if it exceeds the limit. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  if (length === undefined && encoding === undefined) return undefined
  if (Number(length ?? 0) > limitBytes) throw tooLarge(limitBytes)
  const chunks: Buffer[] = []
  let sizeBytes = 0
  const timer = request.complete ? undefined : setTimeout(() => request.destroy(), bodyTimeMs)
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length
      if (sizeBytes > limitBytes) throw tooLarge(limitBytes)
      chunks.push(chunk)
    }
  } catch (error) {
    if (isAppError(error)) throw error
    throw platformError('request.malformed', 'The body is incomplete.', { cause: error })
  } finally {
    clearTimeout(timer)
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
}

/**
 * Returns an upload, whose body is sent on as it arrives. Throws if it has no length: the upstream would read its body as a request of its
 * own, on a connection that requests of others share.
 */
export function requireLength(request: IncomingMessage): IncomingMessage {
  if (request.headers['content-length'] !== undefined) return request
  throw platformError('request.length_required', 'An upload must declare its Content-Length.')
}

function tooLarge(limitBytes: number): AppError {
  return platformError(
    'request.too_large',
    `The body is larger than the ${limitBytes} bytes that this operation accepts.`,
  )
}
