import { randomUUID } from 'node:crypto'
import type { AppError } from '@stoa/kernel'
import { fullJitterMs, sleep, systemTime, type Time } from '@stoa/resilience'
import { reasonOf, type DiscoveryObserver } from './events.ts'
import { parseLease } from './registry-messages.ts'
import { askRegistry, registryAway, type RegistryAddress } from './registry-request.ts'

/** What a service says of itself. */
export interface InstanceDescription {
  readonly service: string
  readonly host: string
  readonly port: number
  /** Asked by the registry every 30 s; a 2xx is healthy. */
  readonly healthCheckUrl: string
  readonly weight?: number
  readonly zone?: string
  readonly version?: string
  readonly metadata?: Readonly<Record<string, string>>
}

/** The routes of a service, as its instances offer them. */
export interface OfferedRoutes {
  readonly digest: string
  readonly document: object
}

/** Settings of a registration. */
export interface RegistrationOptions extends RegistryAddress {
  readonly instance: InstanceDescription
  /** Made once, after the first registration; without it the instance offers no routes. */
  readonly routes?: (() => OfferedRoutes) | undefined
  /** Between two heartbeats (10 s), less when the lease is shorter than three of them. */
  readonly heartbeatMs?: number
  readonly time?: Time
  readonly random?: () => number
  readonly observer?: DiscoveryObserver | undefined
}

/** An instance's place in the registry. */
export interface Registration {
  /** Undefined until the registry has given one, and after `leave`. */
  readonly instanceId: string | undefined
  /** Tells the registry at once that this instance takes no more traffic, and ends the heartbeats; never rejects. */
  readonly leave: () => Promise<void>
}

const firstPauseMs = 100
const longestPauseMs = 5_000

/**
 * Registers an instance and keeps its lease: heartbeats, registers again when the registry has forgotten it, and tries on
 * with backoff while the registry is unavailable. Never fails the service; what goes wrong is told to the observer.
 */
export function registration(options: RegistrationOptions): Registration {
  const { time = systemTime, random = Math.random, observer } = options
  const { service } = options.instance
  const lease = leaseKeeper(options)
  const leaving = new AbortController()

  async function keep(): Promise<void> {
    for (let failures = 0; !leaving.signal.aborted;) {
      let pauseMs: number
      try {
        pauseMs = await lease.renew()
        failures = 0
      } catch (error) {
        failures += 1
        observer?.onEvent({ type: 'registration_failed', service, reason: reasonOf(error) })
        pauseMs = fullJitterMs(failures, firstPauseMs, longestPauseMs, random)
      }
      await sleep(time, pauseMs, leaving.signal).catch(() => undefined)
    }
  }

  async function leave(): Promise<void> {
    leaving.abort()
    // A request in progress is not cut: a registration whose answer is lost would draw traffic until its lease ends.
    await keeping
    await lease.giveUp().catch((error: unknown) => {
      observer?.onEvent({ type: 'registration_failed', service, reason: reasonOf(error) })
    })
  }

  const keeping = keep()
  let left: Promise<void> | undefined
  return {
    get instanceId() {
      return lease.instanceId()
    },
    leave: () => (left ??= leave()),
  }
}

function leaseKeeper(options: RegistrationOptions) {
  const { instance, heartbeatMs = 10_000, observer } = options
  const { service, ...described } = instance
  // The same for every try of this process, so that a try whose answer was lost makes no second instance.
  const idempotencyKey = randomUUID()
  let instanceId: string | undefined
  let intervalMs = heartbeatMs
  const offer = routesOffer(options)

  async function ask(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) {
    const headers: Record<string, string> = method === 'POST' ? { 'idempotency-key': idempotencyKey } : {}
    return askRegistry(options, { method, path, headers, body })
  }

  async function register(): Promise<void> {
    const { status, body } = await ask('POST', '/api/services', { serviceName: service, ...described })
    if (status !== 201 && status !== 200) throw refused(status, body)
    const given = parseLease(body)
    instanceId = given.instanceId
    intervalMs = Math.min(heartbeatMs, (given.leaseSeconds * 1_000) / 3)
    offer.renew()
    observer?.onEvent({ type: 'registered', service, instanceId })
  }

  function pathOf(id: string): string {
    return `/api/services/${encodeURIComponent(service)}/instances/${encodeURIComponent(id)}`
  }

  /** Registers or sends a heartbeat; resolves with the pause until the next in ms. */
  async function renew(): Promise<number> {
    if (instanceId !== undefined) {
      const { status, body } = await ask('PUT', `${pathOf(instanceId)}/heartbeat`)
      if (status === 200 || status === 204) {
        await offer.send(pathOf(instanceId))
        return intervalMs
      }
      if (status !== 404) throw refused(status, body)
      observer?.onEvent({ type: 'registration_forgotten', service, instanceId })
      instanceId = undefined
    }
    await register()
    if (instanceId !== undefined) await offer.send(pathOf(instanceId))
    return intervalMs
  }

  async function giveUp(): Promise<void> {
    if (instanceId === undefined) return
    const id = instanceId
    instanceId = undefined
    const { status, body } = await ask('DELETE', pathOf(id))
    if (status !== 204 && status !== 200 && status !== 404) throw refused(status, body)
    observer?.onEvent({ type: 'left', service, instanceId: id })
  }

  return { renew, giveUp, instanceId: () => instanceId }
}

/**
 * Offers the routes of an instance once for each registration: by their digest, and with the document if the registry lacks it. What
 * goes wrong is told to the observer and tried again with the next heartbeat; an earlier registry takes no offers.
 */
function routesOffer(options: RegistrationOptions) {
  const { instance, observer } = options
  let routes: OfferedRoutes | undefined
  let isOffered = false

  async function send(path: string): Promise<void> {
    if (isOffered || options.routes === undefined) return
    routes ??= options.routes()
    const { digest, document } = routes
    const put = (body: object) => askRegistry(options, { method: 'PUT', path: `${path}/routes`, body })
    const byDigest = await put({ digest })
    const isUnknown = codeOf(byDigest.body) === 'registry.routes_unknown'
    const { status, body } = isUnknown ? await put({ digest, document }) : byDigest
    if (codeOf(body) === 'request.path_unknown') return
    if (status !== 200) throw refused(status, body)
    isOffered = true
    const { service } = instance
    for (const reason of reasonsOf(body)) observer?.onEvent({ type: 'routes_refused', service, reason })
  }

  return {
    renew: () => void (isOffered = false),
    send: (path: string) =>
      send(path).catch((error: unknown) => {
        observer?.onEvent({ type: 'registration_failed', service: instance.service, reason: reasonOf(error) })
      }),
  }
}

function codeOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined
}

function reasonsOf(body: unknown): string[] {
  const isListed = typeof body === 'object' && body !== null && 'reasons' in body && Array.isArray(body.reasons)
  return isListed ? (body.reasons as unknown[]).map(String) : []
}

function refused(status: number, body: unknown): AppError {
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? `, ${String(body.detail)}` : ''
  return registryAway(`status ${status}${detail}`)
}
