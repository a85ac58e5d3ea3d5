import type { IncomingMessage } from 'node:http'
import { AppError, isAppError } from '@stoa/kernel'

const largestBytes = 1_048_576

/** The body of a request, whole, so that it can be sent again; undefined when there is none. Refuses more than 1 MiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  if (length === undefined && encoding === undefined) return undefined
  if (Number(length ?? 0) > largestBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length
      if (sizeBytes > largestBytes) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (error) {
    if (isAppError(error)) throw error
    throw new AppError('malformed', 'request.malformed', 'The body broke off.', { cause: error })
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
}

function tooLarge(): AppError {
  return new AppError('too_large', 'request.too_large', 'A body may have 1 MiB at most.')
}
