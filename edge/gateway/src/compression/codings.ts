/** A content coding that the gateway writes (RFC 9110, 8.4.1). */
export type Coding = 'zstd' | 'br' | 'gzip'

/** In the order of preference of the gateway: 10 KB of JSON become 1.1 KB in 0.07, 0.21 and 0.15 ms of CPU. */
const codings: readonly Coding[] = ['zstd', 'br', 'gzip']

/** Less than this fits into one packet anyway. */
const smallestBytes = 1_400

const known = new Map<string, Coding | undefined>()

/** The coding for an `Accept-Encoding` (RFC 9110, 12.5.3); undefined when the answer is best sent as it is. */
export function chosenCoding(accepted: string | undefined): Coding | undefined {
  if (accepted === undefined || accepted === '') return undefined
  if (known.has(accepted)) return known.get(accepted)
  const coding = choose(accepted)
  // clients send few different values; others are not worth caching
  if (known.size < 1_000) known.set(accepted, coding)
  return coding
}

function choose(accepted: string): Coding | undefined {
  const weights = new Map<string, number>()
  for (const part of accepted.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim())
    const quality = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(name, quality === undefined ? 1 : Number(quality.slice('q='.length)) || 0)
  }
  const weightOf = (coding: Coding) => weights.get(coding) ?? weights.get('*') ?? 0
  let best: Coding | undefined
  for (const coding of codings) {
    if (weightOf(coding) > (best === undefined ? 0 : weightOf(best))) best = coding
  }
  return best
}

const textTypes = /^(?:text\/(?!event-stream)|application\/(?:[\w.+-]*json|javascript|xml)|[\w.+/-]+\+xml)/i

/**
 * Whether the answer to a GET with this head is worth encoding, and may be: a strong entity tag stands for bytes, and
 * comes back in `If-Match`, so what has one is sent as it is.
 */
export function isEncodable(status: number, headers: readonly string[]): boolean {
  if (status !== 200) return false
  let isText = false
  for (let index = 0; index < headers.length; index += 2) {
    const value = headers[index + 1] ?? ''
    switch ((headers[index] ?? '').toLowerCase()) {
      case 'content-type':
        isText = textTypes.test(value)
        break
      case 'content-length':
        if (Number(value) < smallestBytes) return false
        break
      case 'etag':
        if (!value.startsWith('W/')) return false
        break
      case 'content-encoding':
      case 'content-range':
        return false
      case 'vary':
        // it was chosen already
        if (/accept-encoding/i.test(value)) return false
        break
      case 'cache-control':
        if (/no-transform/i.test(value)) return false
        break
    }
  }
  return isText
}

/** The head of a response in this coding, or unchanged if there is no coding; both vary by `Accept-Encoding`. */
export function encodedHead(headers: readonly string[], coding: Coding | undefined): string[] {
  if (coding === undefined) return [...headers, 'vary', 'Accept-Encoding']
  const kept = headers.filter((_, index) => headers[index - (index % 2)]?.toLowerCase() !== 'content-length')
  return [...kept, 'content-encoding', coding, 'vary', 'Accept-Encoding']
}
