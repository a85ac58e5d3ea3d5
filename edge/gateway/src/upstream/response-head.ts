/** The head of a response. */
export interface ResponseHead {
  readonly status: number
  /** Names and values in turn, as they came; hop-by-hop headers and what the gateway says itself left out. */
  readonly headers: string[]
  readonly framing:
    | { readonly kind: 'none' }
    | { readonly kind: 'length'; readonly sizeBytes: number }
    | { readonly kind: 'chunked' }
    | { readonly kind: 'close' }
  readonly isKeptAlive: boolean
}

/** Thrown if the response is not valid HTTP/1.1 (RFC 9112). */
export class BadResponse extends Error {}

const leftOut = new Set([
  'x-request-id',
  'x-content-type-options',
  'ratelimit',
  'ratelimit-policy',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** The upstream's headers and the gateway's: where the gateway allows the origin, it alone says what a browser may. */
export function withAdded(headers: readonly string[], added: readonly string[]): string[] {
  const further = variesByOrigin(headers) ? withoutOrigin(added) : added
  if (!added.includes('access-control-allow-origin')) return [...headers, ...further]
  const kept = headers.filter((_, index) => !/^access-control-/i.test(headers[index - (index % 2)] ?? ''))
  return [...kept, ...further]
}

function variesByOrigin(headers: readonly string[]): boolean {
  return headers.some(
    (value, index) =>
      index % 2 === 1 && /^vary$/i.test(headers[index - 1] ?? '') && /(^|[\s,])origin($|[\s,])/i.test(value),
  )
}

/** The headers without the gateway's own `vary: Origin`. */
function withoutOrigin(added: readonly string[]): readonly string[] {
  const at = added.findIndex((value, index) => index % 2 === 1 && value === 'Origin' && added[index - 1] === 'vary')
  return at === -1 ? added : added.toSpliced(at - 1, 2)
}

const statusLine = /^HTTP\/1\.[01] (\d{3})(?: [\t\x20-\x7e\x80-\xff]*)?$/
const fieldLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/

/** Parses a head, the empty line left out (latin1 text). Throws `BadResponse`. */
export function parseResponseHead(text: string, requestMethod: string): ResponseHead {
  const lines = text.split('\r\n')
  const status = Number(statusLine.exec(lines[0] ?? '')?.[1])
  if (!(status >= 100 && status < 600)) throw new BadResponse('no status line')
  const fields: [name: string, lower: string, value: string][] = []
  let connection = ''
  const lengths: string[] = []
  const encodings: string[] = []
  for (const line of lines.slice(1)) {
    const [, name, value] = fieldLine.exec(line) ?? []
    if (name === undefined || value === undefined) throw new BadResponse('a bad header line')
    const lower = name.toLowerCase()
    if (lower === 'connection') connection += `,${value.toLowerCase()}`
    else if (lower === 'content-length') lengths.push(value)
    else if (lower === 'transfer-encoding') encodings.push(value.toLowerCase())
    fields.push([name, lower, value])
  }
  const named = new Set(connection.split(',').map((token) => token.trim()))
  const headers = fields.flatMap(([name, lower, value]) =>
    leftOut.has(lower) || named.has(lower) ? [] : [name, value],
  )
  const isOld = text.startsWith('HTTP/1.0')
  const framing = framingOf(status, requestMethod, lengths, encodings)
  const isKeptAlive = framing.kind !== 'close' && !named.has('close') && (!isOld || named.has('keep-alive'))
  return { status, headers, framing, isKeptAlive }
}

function framingOf(
  status: number,
  method: string,
  lengths: readonly string[],
  encodings: readonly string[],
): ResponseHead['framing'] {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { kind: 'none' }
  if (encodings.length > 0) {
    if (encodings.join(',') !== 'chunked' || lengths.length > 0) throw new BadResponse('an unclear length')
    return { kind: 'chunked' }
  }
  if (lengths.length === 0) return { kind: 'close' }
  if (new Set(lengths).size > 1 || !/^\d{1,15}$/.test(lengths[0] ?? '')) throw new BadResponse('an unclear length')
  return { kind: 'length', sizeBytes: Number(lengths[0]) }
}
