import { eventStreamParser, type StreamEvent } from '@stoa/discovery'
import { fullJitterMs, sleep, systemTime } from '@stoa/resilience'
import type { ServiceTokens, TokenVerifier } from '@stoa/security'
import type { Logger } from '@stoa/telemetry'

/** What is followed, and who is told. */
export interface EndedSessionsOptions {
  /** Where auth is reached inside, without the way over the gateway. */
  readonly authUrl: string
  readonly verifier: Pick<TokenVerifier, 'forget' | 'revokeSessions'>
  /** Those of a service that calls others. */
  readonly tokens?: Pick<ServiceTokens, 'forget'>
  readonly logger: Pick<Logger, 'debug'>
}

const firstPauseMs = 100
const longestPauseMs = 5_000
/** After this silence the stream counts as dead; auth sends a comment every 15 s. */
const idleMs = 45_000

/**
 * Lets a verifier refuse the tokens of sessions that have ended, and forget what it has verified when the signing keys
 * change, as `tokens` forget what was signed with them, about a second after it happens. While auth is away it is tried
 * again, at most 5 s apart, from where it broke off; a process that starts hears of everything that ended while a token
 * of today could have been issued. Answers what ends it.
 */
export function followEndedSessions({ authUrl, verifier, tokens, logger }: EndedSessionsOptions): () => Promise<void> {
  const closing = new AbortController()
  const take = takerOf(verifier, tokens)
  let lastId = '0'

  async function follow(): Promise<void> {
    for (let failures = 1; !closing.signal.aborted; failures++) {
      try {
        await readStream(`${authUrl}/internal/ended-sessions`, lastId, closing.signal, (event) => {
          failures = 0
          if (event.id !== '') lastId = event.id
          take(event)
        })
      } catch (error) {
        if (!closing.signal.aborted) logger.debug('auth does not tell which sessions end', { error })
      }
      const pauseMs = fullJitterMs(Math.max(1, failures), firstPauseMs, longestPauseMs, Math.random)
      await sleep(systemTime, pauseMs, closing.signal).catch(() => undefined)
    }
  }

  const following = follow()
  return () => {
    closing.abort()
    return following
  }
}

function takerOf(
  verifier: EndedSessionsOptions['verifier'],
  tokens: EndedSessionsOptions['tokens'],
): (event: StreamEvent) => void {
  let keys: string | undefined
  return ({ event, data }) => {
    if (event === 'sessions_ended') verifier.revokeSessions((JSON.parse(data) as { sessionIds: string[] }).sessionIds)
    if (event !== 'signing_keys') return
    if (keys !== undefined && keys !== data) {
      verifier.forget()
      tokens?.forget()
    }
    keys = data
  }
}

async function readStream(url: string, lastId: string, signal: AbortSignal, take: (event: StreamEvent) => void) {
  const silent = new AbortController()
  const timer = setTimeout(() => silent.abort(new Error('it is silent')), idleMs).unref()
  try {
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream', 'last-event-id': lastId },
      signal: AbortSignal.any([signal, silent.signal]),
    })
    if (response.status !== 200 || response.body === null) throw new Error(`status ${response.status}`)
    const parser = eventStreamParser(take)
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      timer.refresh()
      parser.write(chunk)
    }
  } finally {
    clearTimeout(timer)
  }
}
