/** An answer of the gateway. */
export interface Answer {
  readonly status: number
  readonly body: any
}

interface Ask {
  readonly as?: string | undefined
  readonly body?: unknown
  readonly key?: string
  readonly waitSeconds?: number
  readonly timeoutMs?: number
}

/** Asks the gateway, as a client does. @throws when it cannot be reached or takes longer than `timeoutMs` (15 s) */
export type Gateway = (method: string, path: string, ask?: Ask) => Promise<Answer>

/** The gateway at this URL. */
export function gatewayAt(url: string): Gateway {
  return async (method, path, { as, body, key, waitSeconds, timeoutMs = 15_000 } = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
}

/** Asks again, after short pauses, until the answer is none that asks for it: 401 is signed in for by the caller. */
export async function askUntilAnswered(attempt: () => Promise<Answer>, giveUpMs: number): Promise<Answer> {
  const giveUpAt = performance.now() + giveUpMs
  let last: unknown
  for (let pauseMs = 50; performance.now() < giveUpAt; pauseMs = Math.min(500, pauseMs * 2)) {
    try {
      const answer = await attempt()
      if (!isPassing(answer)) return answer
      last = new Error(`${answer.status} ${answer.body?.code}`)
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  throw new Error(`no answer in ${giveUpMs / 1_000} s`, { cause: last })
}

/** Whether a client that repeats itself may get another answer. */
function isPassing({ status, body }: Answer): boolean {
  return status >= 500 || [401, 408, 425, 429].includes(status) || body?.code === 'idempotency.in_progress'
}
