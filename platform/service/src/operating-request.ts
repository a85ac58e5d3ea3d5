import type { IncomingMessage } from 'node:http'
import { platformError } from '@stoa/kernel'

const largestBodyBytes = 65_536

/** Splits the target of a request at its first question mark; a query may contain others (RFC 3986, 3.4). */
export function splitTarget(target: string): { readonly path: string; readonly search: string } {
  const at = target.indexOf('?')
  return at < 0 ? { path: target, search: '' } : { path: target.slice(0, at), search: target.slice(at + 1) }
}

/** Reads the JSON body of a request to an operating endpoint; undefined if it is empty. @throws AppError 400, 413 */
export async function readOperatingBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > largestBodyBytes) throw platformError('request.too_large', 'The body is too large.')
    chunks.push(chunk)
  }
  if (sizeBytes === 0) return undefined
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw platformError('request.malformed', 'The body is not JSON.')
  }
}
