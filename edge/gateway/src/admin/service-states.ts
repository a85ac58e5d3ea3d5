import type { Breakers } from '@stoa/client'
import type { InstanceState, ServiceState } from '@stoa/contracts/gateway/operating'
import { systemClock } from '@stoa/kernel'
import type { Health } from '@stoa/service'
import type { Target, Upstream, Upstreams } from '../upstream/upstreams.ts'

interface StatesOptions {
  readonly upstreams: Upstreams
  readonly breakers: Breakers
  /** That of the gateway itself. */
  readonly health: Health
}

interface States {
  readonly items: ServiceState[]
  readonly examinedAt: Temporal.Instant
}

type Found = Pick<InstanceState, 'state' | 'broken'>

interface Report {
  readonly status: InstanceState['state']
  readonly components: Readonly<Record<string, { readonly status: string; readonly reason?: string }>>
}

const keptMs = 1_000
// longer than a service takes to find that what it depends on does not respond, or it would seem down itself
const timeoutMs = 3_000

/** Asks every instance for its health, at most once a second however many operators watch. */
export function serviceStates({ upstreams, breakers, health }: StatesOptions): () => Promise<States> {
  let kept: { readonly states: Promise<States>; readonly untilMs: number } | undefined

  async function examine(): Promise<States> {
    const own = { id: 'gateway', isDrained: false, breakers: [], ...foundIn(await health.report()) }
    const others = upstreams.all().map((upstream) => examineService(upstream, breakers))
    const items = [stateOf('gateway', [own]), ...(await Promise.all(others))]
    return { items, examinedAt: systemClock.now() }
  }

  return () => {
    if (kept === undefined || performance.now() >= kept.untilMs) {
      kept = { states: examine(), untilMs: performance.now() + keptMs }
    }
    return kept.states
  }
}

async function examineService(upstream: Upstream, breakers: Breakers): Promise<ServiceState> {
  const examined = upstream.targets().map(async (target): Promise<InstanceState> => {
    const { id } = target.instance
    const open = breakers.list({ instance: id }).filter(({ state }) => state !== 'closed')
    return {
      id,
      isDrained: upstream.isDrained(id),
      breakers: open.map(({ scope, state }) => `${scope}: ${state}`),
      ...(await healthOf(target)),
    }
  })
  return stateOf(upstream.service, await Promise.all(examined))
}

async function healthOf({ authority }: Target): Promise<Found> {
  try {
    const response = await fetch(`http://${authority}/health`, { signal: AbortSignal.timeout(timeoutMs) })
    return foundIn((await response.json()) as Report)
  } catch (error) {
    return { state: 'down', broken: [{ name: 'response', reason: reasonOf(error) }] }
  }
}

function foundIn({ status, components }: Report): Found {
  const broken = Object.entries(components)
    .filter(([, part]) => part.status === 'down')
    .map(([name, { reason = 'down' }]) => ({ name, reason }))
  return { state: status, broken }
}

const rank = { up: 0, degraded: 1, down: 2 }

function stateOf(service: string, instances: readonly InstanceState[]): ServiceState {
  const [worst] = instances.map(({ state }) => state).toSorted((a, b) => rank[b] - rank[a])
  return { service, state: worst ?? 'down', instances: [...instances] }
}

/** The reason of a failed `fetch` is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no response within ${timeoutMs / 1_000} s`
  const { code } = (error.cause ?? {}) as { readonly code?: string }
  return code === 'ECONNREFUSED' ? 'the connection was refused' : (code ?? error.message)
}
