import type { Service } from '@stoa/contract'
import { routesDocument, type Acceptance } from '@stoa/contract/routes'
import { routesDigest } from '@stoa/contract/routes-digest'
import type { ServiceRoutes } from '@stoa/discovery'
import { ownRoutes } from '../own/own-routes.ts'
import { planRoutes, type ReadDocument, type RoutesState } from './plan-routes.ts'
import { readDocument } from './read-document.ts'
import { routesOf } from './route.ts'
import { makeRouteTable, type RouteTable } from './route-table.ts'

/** What the gateway serves now. */
export interface Serving {
  /** Matches against the current routes: a request keeps the route that it found. */
  readonly table: RouteTable
  readonly services: () => readonly Service[]
  readonly states: () => readonly RoutesState[]
  /** Takes what the registry tells; a failure leaves everything as it is. @throws what `readDocument` throws */
  readonly take: (told: readonly ServiceRoutes[]) => Promise<void>
}

/** What changes with the services. */
export interface ServedChange {
  readonly services: readonly Service[]
  /** Those that are new, other than before, or gone. */
  readonly changed: readonly Service[]
}

interface ServingOptions {
  readonly system: readonly Service[]
  /** What tells the routes; the registry by default. */
  readonly source?: 'registry' | 'file'
  readonly readDocument: (service: string, digest: string) => Promise<unknown>
  readonly onChange: (change: ServedChange) => void
  /** What is accepted of services that are not part of the system, each time that it changes. */
  readonly onAccepted: (added: readonly Acceptance[]) => void
  readonly onRefused: (state: RoutesState) => void
}

/** Begins with the contracts of the system, and follows what the registry tells. */
export function serveRoutes(options: ServingOptions): Serving {
  const { system, source = 'registry' } = options
  let services = system
  let states: readonly RoutesState[] = planRoutes({ ...nothingTold, system }).states
  let table = tableOf(system)
  const documents = new Map<string, ReadDocument | undefined>()
  const digests = new Map<Service, string>()

  /** Made when it is first compared: a system whose releases are all the same needs it once. */
  function digestOf(service: Service): string {
    const known = digests.get(service) ?? routesDigest(routesDocument(service))
    digests.set(service, known)
    return known
  }

  function tableOf(of: readonly Service[]): RouteTable {
    return makeRouteTable([...routesOf(of), ...ownRoutes(of)])
  }

  async function readMissing(told: readonly ServiceRoutes[]): Promise<void> {
    const wanted = new Map(told.flatMap(({ service, digest }) => (digest === undefined ? [] : [[digest, service]])))
    for (const digest of documents.keys()) if (!wanted.has(digest)) documents.delete(digest)
    for (const { service, digest, accepted } of told) {
      const own = system.find(({ name }) => name === service)
      if (digest === undefined || documents.has(digest) || (own === undefined && accepted === undefined)) continue
      if (own !== undefined && digestOf(own) === digest) continue
      documents.set(digest, readDocument(service, await options.readDocument(service, digest), own))
    }
  }

  function adopt(next: readonly Service[]): void {
    const before = new Set(services)
    const after = new Set(next)
    const changed = [...before.symmetricDifference(after)]
    if (changed.length === 0) return
    table = tableOf(next)
    services = next
    options.onChange({ services, changed })
  }

  async function take(told: readonly ServiceRoutes[]): Promise<void> {
    await readMissing(told)
    const before = new Map(services.map((service) => [service.name, service]))
    const documentOf = (_service: string, digest: string) => documents.get(digest)
    const plan = planRoutes({ system, source, digestOf, told, documentOf, before })
    options.onAccepted(plan.added)
    adopt(withKept(plan.services, services))
    const known = new Map(states.map((state) => [state.service, JSON.stringify(state)]))
    states = plan.states
    for (const state of states)
      if (state.reasons.length > 0 && known.get(state.service) !== JSON.stringify(state)) options.onRefused(state)
  }

  return {
    table: {
      get routes() {
        return table.routes
      },
      match: (method, path) => table.match(method, path),
    },
    services: () => services,
    states: () => states,
    take,
  }
}

const nothingTold = {
  told: [],
  source: 'registry',
  digestOf: () => '',
  documentOf: () => undefined,
  before: new Map<string, Service>(),
} as const

/** The same object for a service that is as it was, so that only what has changed is made again. */
function withKept(next: readonly Service[], before: readonly Service[]): readonly Service[] {
  const known = new Map(before.map((service) => [service.name, service]))
  return next.map((service) => {
    const same = known.get(service.name)
    return same !== undefined && same.operations === service.operations ? same : service
  })
}
