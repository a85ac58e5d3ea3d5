import type { Instance, Resolver } from '@stoa/discovery'
import { eventStreamParser } from '@stoa/kernel/event-stream'
import { fullJitterMs, sleep, systemTime } from '@stoa/resilience'
import type { ServiceTokens } from '@stoa/security'
import { untracedHeaders, type Logger } from '@stoa/telemetry'
import type { Snapshot } from './snapshot.ts'

/** What a service declares to config: the flags that it evaluates, and the schemas of its reloadable settings. */
export interface Declarations {
  readonly flags: readonly object[]
  readonly settings: Readonly<Record<string, object>>
}

/** How the follower reaches config, and what it does with what it hears. */
export interface FollowOptions {
  readonly declarations: Declarations
  readonly resolver: Pick<Resolver, 'resolve' | 'onChange'>
  readonly tokens: Pick<ServiceTokens, 'token' | 'forget'>
  readonly onSnapshot: (snapshot: Snapshot) => void
  readonly logger: Logger
  /** How often the same is declared again; 10 minutes by default. */
  readonly declareEveryMs?: number
}

/** A follower of config. */
export interface ConfigFollower {
  /** Sends something to config, once. Rejects while config is unavailable. */
  readonly send: (path: string, body: object) => Promise<void>
  readonly close: () => Promise<void>
}

const callee = 'config'
const firstPauseMs = 100
const longestPauseMs = 5_000
/** After this silence the stream counts as dead; config sends a comment every 15 s. */
const idleMs = 45_000
const sendTimeoutMs = 2_000
/** Processes of two releases overwrite each other's declarations: those of the release that stays must be the last. */
const declareAgainMs = 600_000

/**
 * Follows config until `close`: declares what the service has, also now and then later, and reads the stream of its snapshots. While config is unavailable, it
 * is retried at most 5 s apart, and at once when an instance registers; a system without config is never asked.
 */
export function followConfig(options: FollowOptions): ConfigFollower {
  const { declarations, resolver, logger, declareEveryMs = declareAgainMs } = options
  const closing = new AbortController()
  const { signal } = closing
  const send = (path: string, body: object) => post(options, path, body, signal)

  async function declareAgain(): Promise<void> {
    await send('/internal/declarations', declarations).catch((error: unknown) =>
      logger.debug('the flags and settings were not declared again', { error }),
    )
  }

  async function follow(): Promise<void> {
    for (let failures = 1; !signal.aborted; failures++) {
      const changed = nextChange(resolver, signal)
      try {
        if (instanceOf(resolver) === undefined) {
          await changed.promise
          failures = 0
          continue
        }
        await send('/internal/declarations', declarations).catch((error: unknown) => {
          // an older release of config may refuse what it does not know, and still streams the rest
          if (!(error instanceof Refused)) throw error
          logger.warn('config refuses the declared flags and settings', { error })
        })
        const again = setInterval(() => void declareAgain(), declareEveryMs).unref()
        try {
          await readSnapshots(options, signal, () => (failures = 0))
        } finally {
          clearInterval(again)
        }
      } catch (error) {
        if (!signal.aborted) logger.debug('config is unavailable; the last known flags stay in use', { error })
      } finally {
        const pauseMs = fullJitterMs(Math.max(1, failures), firstPauseMs, longestPauseMs, Math.random)
        if (!signal.aborted)
          await Promise.race([sleep(systemTime, pauseMs, signal).catch(() => undefined), changed.promise])
        changed.stop()
      }
    }
  }

  const following = follow()
  return {
    send,
    close() {
      closing.abort()
      return following
    },
  }
}

function instanceOf(resolver: FollowOptions['resolver']): Instance | undefined {
  const instances = resolver.resolve(callee).filter(({ weight }) => weight > 0)
  return instances[Math.floor(Math.random() * instances.length)]
}

function nextChange(resolver: FollowOptions['resolver'], signal: AbortSignal) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const unsubscribe = resolver.onChange(callee, () => resolve())
  const leave = () => resolve()
  signal.addEventListener('abort', leave)
  return {
    promise,
    stop() {
      unsubscribe()
      signal.removeEventListener('abort', leave)
    },
  }
}

/** config has understood a request and does not accept it. */
class Refused extends Error {}

interface Ask {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

/** A request to an instance of config, with the token of the service and without a trace of its own. */
async function ask(
  { resolver, tokens }: FollowOptions,
  { method, path, headers, body, signal }: Ask,
): Promise<Response> {
  const instance = instanceOf(resolver)
  if (instance === undefined) throw new Error('config is not registered')
  const token = await tokens.token(callee)
  const host = instance.host.includes(':') ? `[${instance.host}]` : instance.host
  const response = await fetch(`http://${host}:${instance.port}${path}`, {
    method,
    headers: { ...headers, authorization: `Bearer ${token}`, ...untracedHeaders() },
    signal,
    ...(body === undefined ? {} : { body }),
  })
  if (response.status === 401) tokens.forget({ audience: callee, token })
  if (response.ok) return response
  const text = await response.text()
  const message = `${method} ${path}: status ${response.status} ${text.slice(0, 500)}`
  throw response.status === 422 ? new Refused(message) : new Error(message)
}

async function post(options: FollowOptions, path: string, body: object, closing: AbortSignal): Promise<void> {
  const response = await ask(options, {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.any([closing, AbortSignal.timeout(sendTimeoutMs)]),
  })
  await response.body?.cancel()
}

async function readSnapshots(options: FollowOptions, closing: AbortSignal, onHeard: () => void): Promise<void> {
  const silent = new AbortController()
  const timer = setTimeout(() => silent.abort(new Error('it sends nothing')), idleMs).unref()
  try {
    const { body } = await ask(options, {
      method: 'GET',
      path: '/internal/snapshots',
      headers: { accept: 'text/event-stream' },
      signal: AbortSignal.any([closing, silent.signal]),
    })
    if (body === null) throw new Error('no body')
    const parser = eventStreamParser(({ event, data }) => {
      if (event !== 'snapshot') return
      onHeard()
      options.onSnapshot(JSON.parse(data) as Snapshot)
    })
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      timer.refresh()
      parser.write(chunk)
    }
  } finally {
    clearTimeout(timer)
  }
}
