import type { IncomingMessage } from 'node:http'
import { type AppError, platformError } from '@stoa/kernel'

const largestBytes = 65_536

/** Returns the segments of a path. @throws AppError 400 if a segment cannot be decoded or contains NUL */
export function segmentsOf(pathname: string): string[] {
  try {
    const segments = pathname.split('/').map(decodeURIComponent)
    if (!segments.some((segment) => segment.includes('\0'))) return segments
  } catch {
    // no percent-encoding: refused below
  }
  throw platformError('request.malformed', 'The path cannot be decoded.')
}

/** Returns the limit of a list, 50 by default. @throws AppError 422 */
export function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? 50)
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) throw invalid('limit', 'must be 1 to 200')
  return limit
}

/** Returns a whole number, 0 by default. @throws AppError 422 */
export function wholeNumberOf(query: URLSearchParams, name: string): number {
  const number = Number(query.get(name) ?? 0)
  if (!Number.isSafeInteger(number) || number < 0) throw invalid(name, 'must be a whole number')
  return number
}

/** Returns one of the choices, or undefined if the parameter is missing. @throws AppError 422 */
export function choiceOf<Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: Readonly<Record<Choice, true>>,
): Choice | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (Object.hasOwn(choices, text)) return text as Choice
  throw invalid(name, `must be one of ${Object.keys(choices).join(', ')}`)
}

/** Returns a text to search for. @throws AppError 422 for NUL, which no stored text contains */
export function textOf(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name) ?? undefined
  if (text?.includes('\0') === true) throw invalid(name, 'contains a NUL character')
  return text
}

/** Returns the body of a request, a JSON object; `{}` if there is none. @throws AppError 400, 413 */
export async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > largestBytes) throw platformError('request.too_large', 'the body is too large')
    chunks.push(chunk)
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || '{}')
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>
  } catch {
    // not JSON: refused below
  }
  throw platformError('request.malformed', 'the body is not a JSON object')
}

function invalid(name: string, detail: string): AppError {
  return platformError('request.invalid', `${name} ${detail}`, { fields: [{ pointer: `/${name}`, detail }] })
}
