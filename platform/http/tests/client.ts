import { request } from 'node:http'

/** Whatever the tests read of an answer's JSON. */
export interface ReceivedBody {
  readonly id: string
  readonly label: string
  readonly ownerId: string
  readonly status: string | number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly traceId: string
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[]
  readonly items: readonly { readonly label: string }[]
  readonly nextCursor: string
  readonly token: string
  readonly amount: number
  readonly paths: { readonly [path: string]: { readonly [method: string]: { readonly operationId: string } } }
}

export interface Received {
  readonly status: number
  readonly headers: { readonly [name: string]: string | undefined }
  readonly text: string
  /** The body as JSON; empty when it is not. */
  readonly body: ReceivedBody
}

export interface Sent {
  readonly method?: string
  readonly headers?: { readonly [name: string]: string }
  /** Sent as JSON, with its media type. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly raw?: string | Buffer
}

/** Sends a request byte for byte as told, which fetch does not. */
export function send(
  base: string,
  path: string,
  { method = 'GET', headers = {}, json, raw }: Sent = {},
): Promise<Received> {
  const { hostname, port } = new URL(base)
  const body = json === undefined ? raw : JSON.stringify(json)
  const media = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        path,
        method,
        agent: false,
        headers: {
          ...(json === undefined ? {} : { 'content-type': media }),
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          const isJson = text !== '' && String(response.headers['content-type']).includes('json')
          const body = (isJson ? JSON.parse(text) : {}) as ReceivedBody
          resolve({ status: response.statusCode ?? 0, headers: response.headers as Received['headers'], text, body })
        })
        response.on('error', reject)
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

export const ada = { authorization: 'Bearer ada' }
export const bob = { authorization: 'Bearer bob' }
export const staff = { authorization: 'Bearer staff+parcel:read:any+parcel:send:any+ops' }

let keys = 0

/** A key that no other request has. */
export function newKey(): { 'idempotency-key': string } {
  keys += 1
  return { 'idempotency-key': `key-${process.pid}-${keys}` }
}
