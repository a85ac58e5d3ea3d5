import { eventStreamParser, type StreamEvent } from '@stoa/kernel/event-stream'
import type { Clock } from '@stoa/kernel'
import { fullJitterMs, sleep, systemTime } from '@stoa/resilience'
import { createServiceTokens, type ServiceTokens, type TokenVerifier } from '@stoa/security'
import { untracedHeaders, type Logger } from '@stoa/telemetry'

/** The followed stream and the notified verifier. */
export interface EndedSessionsOptions {
  /** The URL of auth inside the system, bypassing the gateway. */
  readonly authUrl: string
  /** The client, and its secret, to which auth issues the token for the stream. */
  readonly client: { readonly service: string; readonly secret: string }
  readonly clock: Clock
  readonly verifier: Pick<TokenVerifier, 'forget' | 'revokeSessions' | 'knowsEnded'>
  /** The tokens of a service that calls others. */
  readonly tokens?: Pick<ServiceTokens, 'forget'>
  readonly logger: Logger
}

const firstPauseMs = 100
const longestPauseMs = 5_000
/** After this silence the stream counts as dead; auth sends a comment every 15 s. */
const idleMs = 45_000

/**
 * Makes a verifier reject the tokens of ended sessions, and drop its cache when the signing keys change; `tokens` drop theirs
 * too. This takes effect about a second later. While auth is unavailable, the stream is retried at most 5 s apart, from the last
 * position; a new process receives every session that ended while a valid token could have been issued. Returns a function that
 * stops it.
 */
export function followEndedSessions(options: EndedSessionsOptions): () => Promise<void> {
  const { authUrl, verifier, tokens, logger } = options
  const closing = new AbortController()
  const own = tokensForStream(options)
  const take = takerOf(verifier, tokens)
  let lastId = '0'

  async function follow(): Promise<void> {
    for (let failures = 1; !closing.signal.aborted; failures++) {
      try {
        await readStream({ authUrl, lastId, tokens: own, signal: closing.signal }, (event) => {
          failures = 0
          if (event.id !== '') lastId = event.id
          take(event)
        })
      } catch (error) {
        if (!closing.signal.aborted) logger.debug('the stream of ended sessions from auth is unavailable', { error })
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
    // first sent when all sessions that ended earlier have been sent
    if (event !== 'signing_keys') return
    verifier.knowsEnded()
    if (keys !== undefined && keys !== data) {
      verifier.forget()
      tokens?.forget()
    }
    keys = data
  }
}

/** Tokens for auth. While auth is unavailable, they fail like the stream, so their failures are not reported separately. */
function tokensForStream({ authUrl, client, clock, logger }: EndedSessionsOptions): ServiceTokens {
  const quiet = { ...logger, warn: logger.debug }
  const tokenUrl = () => `${authUrl}/oauth2/token`
  return createServiceTokens({ ...client, tokenUrl, clock, telemetry: { logger: quiet }, timeoutMs: 1_000 })
}

interface Reading {
  readonly authUrl: string
  readonly lastId: string
  readonly tokens: ServiceTokens
  readonly signal: AbortSignal
}

async function readStream({ authUrl, lastId, tokens, signal }: Reading, take: (event: StreamEvent) => void) {
  // a release of auth that requires no token here does not issue one either
  const token = await tokens.token('auth').catch(() => undefined)
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const silent = new AbortController()
  const timer = setTimeout(() => silent.abort(new Error('it sends nothing')), idleMs).unref()
  try {
    const response = await fetch(`${authUrl}/internal/ended-sessions`, {
      headers: { accept: 'text/event-stream', 'last-event-id': lastId, ...authorization, ...untracedHeaders() },
      signal: AbortSignal.any([signal, silent.signal]),
    })
    if (response.status === 401 && token !== undefined) tokens.forget({ audience: 'auth', token })
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
