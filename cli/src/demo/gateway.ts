/** What the gateway answered; the code is that of the problem, when it is one. */
export interface Answer<Body> {
  readonly status: number
  readonly body: Body | undefined
  readonly code: string | undefined
}

interface Request {
  readonly as?: string
  readonly body?: object
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks the gateway as a client does. Never throws: where nobody answers, the code says so. */
export type Ask = <Body>(method: string, path: string, request?: Request) => Promise<Answer<Body>>

interface GatewayOptions {
  readonly url: string
  /** Ends what is in progress. */
  readonly signal: AbortSignal
  readonly onAnswer: (answer: Answer<unknown>) => void
}

const timeoutMs = 40_000

/** Makes a client of the gateway that tells of each answer. */
export function gatewayAt({ url, signal, onAnswer }: GatewayOptions): Ask {
  return async <Body>(method: string, path: string, { as, body, key, headers }: Request = {}) => {
    const answer = await send<Body>(url + path, {
      method,
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    if (!signal.aborted) onAnswer(answer)
    return answer
  }
}

async function send<Body>(url: string, request: RequestInit): Promise<Answer<Body>> {
  try {
    const response = await fetch(url, request)
    const text = await response.text()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const { status, ok } = response
    if (ok) return { status, body: body as Body, code: undefined }
    return { status, body: undefined, code: (body as { code?: string } | undefined)?.code ?? `status ${status}` }
  } catch {
    return { status: 0, body: undefined, code: 'no answer' }
  }
}
