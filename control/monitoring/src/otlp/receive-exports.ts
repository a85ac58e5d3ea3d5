import { timingSafeEqual, hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { MountHandler } from '@stoa/contract'
import { encodeAnswer, encodeFailure, type OtlpMediaType, type RejectedField } from './encode-answer.ts'

// OTLP/HTTP 1.x: https://opentelemetry.io/docs/specs/otlp/#otlphttp

/** Of a body, also after decompression. */
const maxBodyBytes = 4 * 1_048_576

class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** How many items of a request were refused, and why the first of them was. */
export interface Accepted {
  readonly rejected: number
  readonly reason: string
}

/** What is received at one path. */
export interface ReceivedSignal<Request> {
  readonly path: string
  readonly token: string
  readonly rejectedField: RejectedField
  /** @throws Error if the bytes are not a request */
  readonly decodeProtobuf: (bytes: Buffer) => Request
  readonly accept: (request: Request, bodyBytes: number) => Accepted
}

/** Receives exports over OTLP/HTTP, in JSON and protobuf, from senders that know the token. A sender waits for no database. */
export function receiveExports<Request extends object>(signal: ReceivedSignal<Request>): MountHandler {
  const isToken = tokenCheck(signal.token)
  return async function receive(request, response) {
    const type = mediaTypeOf(request)
    try {
      if (new URL(request.url ?? '/', 'http://localhost').pathname !== signal.path)
        throw new Refusal(404, 'There is no such path.')
      if (request.method !== 'POST') throw new Refusal(405, 'Telemetry is sent with POST.')
      if (!isToken(request.headers.authorization)) throw new Refusal(401, 'The token of OTLP_TOKEN is required.')
      if (type === undefined) throw new Refusal(415, 'Send application/json or application/x-protobuf.')
      const sent = await readBody(request)
      const { rejected, reason } = signal.accept(decode(signal, type, sent), sent.length)
      const body = encodeAnswer(type, signal.rejectedField, rejected, reason)
      response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refuse(response, type ?? 'application/json', error)
    }
  }
}

function refuse(response: ServerResponse, type: OtlpMediaType, { status, message }: Refusal): void {
  const body = encodeFailure(type, message)
  const more = status === 405 ? { allow: 'POST' } : status === 401 ? { 'www-authenticate': 'Bearer' } : {}
  // The rest of a body that is not read would be taken for the next request.
  const headers = { 'content-type': type, 'content-length': body.length, connection: 'close', ...more }
  response.writeHead(status, headers).end(body)
}

function mediaTypeOf({ headers }: IncomingMessage): OtlpMediaType | undefined {
  const [type] = (headers['content-type'] ?? '').split(';', 1)
  const known = type?.trim().toLowerCase()
  return known === 'application/json' || known === 'application/x-protobuf' ? known : undefined
}

/** Compares digests, whose length and time tell nothing about the token. */
function tokenCheck(token: string): (authorization: string | undefined) => boolean {
  const wanted = hash('sha256', token, 'buffer')
  return (authorization) => {
    const [, shown] = /^bearer +(\S{1,1000})$/i.exec(authorization ?? '') ?? []
    return shown !== undefined && timingSafeEqual(hash('sha256', shown, 'buffer'), wanted)
  }
}

const unzip = promisify(gunzip)

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBodyBytes) throw new Refusal(413, `The body is larger than ${maxBodyBytes} bytes.`)
    chunks.push(chunk)
  }
  const body = Buffer.concat(chunks)
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return body
  if (encoding !== 'gzip') throw new Refusal(415, 'The content encoding is not gzip.')
  return unzip(body, { maxOutputLength: maxBodyBytes }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_BUFFER_TOO_LARGE') throw new Refusal(413, `The body is larger than ${maxBodyBytes} bytes.`)
    throw new Refusal(400, 'The body is not gzip.')
  })
}

function decode<Request extends object>(
  { decodeProtobuf }: ReceivedSignal<Request>,
  type: OtlpMediaType,
  body: Buffer,
): Request {
  const request = attempt(() => (type === 'application/json' ? parseJson(body) : decodeProtobuf(body)))
  if (typeof request === 'object' && request !== null) return request as Request
  throw new Refusal(400, `The body is not an export request in ${type}.`)
}

function parseJson(body: Buffer): unknown {
  return JSON.parse(body.toString('utf8'))
}

/** The result, or undefined if it throws. */
function attempt<Value>(decode: () => Value): Value | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}
