import { parseAcceptance, type Acceptance } from '@stoa/contract/routes'
import { eventStreamParser } from '@stoa/kernel/event-stream'
import { fullJitterMs, sleep, systemTime, type Time } from '@stoa/resilience'
import type { IncomingMessage } from 'node:http'
import { reasonOf } from './events.ts'
import { askRegistry, openRegistry, registryAway, type RegistryAddress } from './registry-request.ts'

/** What the registry tells of the routes of one service. */
export interface ServiceRoutes {
  readonly service: string
  /** What an operator has accepted; undefined for a service of the system, and for one that nobody has accepted. */
  readonly accepted: Acceptance | undefined
  readonly secretFingerprint: string | undefined
  /** The document that is to be served. */
  readonly digest: string | undefined
  readonly offers: readonly Offer[]
}

interface Offer {
  readonly digest: string
  readonly instances: number
  readonly reasons: readonly string[]
}

interface FollowOptions extends RegistryAddress {
  /** Takes each list, one after another; what it throws counts as a failure of the registry. */
  readonly onRoutes: (routes: readonly ServiceRoutes[]) => Promise<void>
  /** Called once for each time that the routes cannot be followed. */
  readonly onLost?: (reason: string) => void
  readonly time?: Time
  readonly random?: () => number
}

/** The routes of the registry, followed until `close`. */
export interface FollowedRoutes {
  /** Whether there was a list, or the registry is of a release without routes. */
  readonly isInformed: () => boolean
  /** Why the routes may be out of date; undefined while they are followed. */
  readonly trouble: () => string | undefined
  /** Reads a document. @throws AppError when the registry does not respond, or has no such document */
  readonly readDocument: (service: string, digest: string) => Promise<unknown>
  readonly close: () => Promise<void>
}

const firstPauseMs = 100
const longestPauseMs = 5_000
/** After this silence the stream counts as dead; the registry sends a comment every 15 s. */
const idleTimeoutMs = 45_000

/** Follows the routes in the registry. While it is unavailable, the last list stands, and it is retried at most 5 s apart. */
export function followRoutes(options: FollowOptions): FollowedRoutes {
  const { onRoutes, onLost, time = systemTime, random = Math.random } = options
  const closing = new AbortController()
  const { signal } = closing
  let isInformed = false
  let isLost = false
  let trouble: string | undefined = 'the registry has not responded yet'

  async function watch(): Promise<never> {
    const asked = { method: 'GET', path: '/api/routes/watch', headers: { accept: 'text/event-stream' } } as const
    const response = await openRegistry(options, { ...asked, idleTimeoutMs, signal })
    try {
      // A registry of an earlier release has no routes, and gives way to one that has.
      if (response.statusCode === 404) isInformed = true
      if (response.statusCode !== 200) throw registryAway(`status ${response.statusCode}`)
      for await (const routes of listsOf(response)) {
        await onRoutes(routes)
        isInformed = true
        isLost = false
        trouble = undefined
      }
    } finally {
      response.destroy()
    }
    throw registryAway('the stream has ended')
  }

  async function follow(): Promise<void> {
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await watch()
      } catch (error) {
        if (signal.aborted) return
        if (trouble === undefined) failures = 1
        trouble = `the routes cannot be followed: ${reasonOf(error)}`
        if (!isLost) onLost?.(reasonOf(error))
        isLost = true
      }
      await sleep(time, fullJitterMs(failures, firstPauseMs, longestPauseMs, random), signal).catch(() => undefined)
    }
  }

  const following = follow()
  return {
    isInformed: () => isInformed,
    trouble: () => trouble,
    async readDocument(service, digest) {
      const path = `/api/routes/${encodeURIComponent(service)}/documents/${digest}`
      const { status, body } = await askRegistry(options, { method: 'GET', path, signal })
      if (status !== 200) throw registryAway(`status ${status} for the routes of ${service}`)
      return body
    },
    close: () => {
      closing.abort()
      return following
    },
  }
}

/** Only the last list of what has come matters. */
async function* listsOf(response: IncomingMessage): AsyncGenerator<readonly ServiceRoutes[]> {
  let last: string | undefined
  const parser = eventStreamParser(({ event, data }) => {
    if (event === 'routes') last = data
  })
  for await (const chunk of response as AsyncIterable<string>) {
    parser.write(chunk)
    if (last === undefined) continue
    const text = last
    last = undefined
    yield parseRoutes(JSON.parse(text))
  }
}

interface Told {
  readonly service: string
  readonly accepted?: unknown
  readonly secretFingerprint?: string
  readonly digest?: string
  readonly offers: readonly Offer[]
}

/** Reads `{ revision, items }`; throws TypeError naming what is wrong. */
function parseRoutes(value: unknown): readonly ServiceRoutes[] {
  const { items } = value as { readonly items?: unknown }
  if (!Array.isArray(items)) throw new TypeError('items must be an array')
  return (items as readonly Told[]).map(({ service, accepted, secretFingerprint, digest, offers }) => {
    if (typeof service !== 'string' || !Array.isArray(offers))
      throw new TypeError('an item must have service and offers')
    return {
      service,
      accepted: accepted === undefined ? undefined : parseAcceptance(accepted),
      secretFingerprint,
      digest,
      offers,
    }
  })
}
