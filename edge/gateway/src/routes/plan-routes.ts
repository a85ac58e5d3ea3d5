import type { Service } from '@stoa/contract'
import { pathPrefixesOf, permissionsOf, refusalsOf, type Acceptance, type RoutesDocument } from '@stoa/contract/routes'
import { gateway } from '@stoa/contracts/gateway/service'
import type { ServiceRoutes } from '@stoa/discovery'
import { partsOfOthers } from './parts-of-others.ts'

/** How the routes of a service stand: where they come from, whether they are served, and what is refused. */
export interface RoutesState {
  readonly service: string
  /** `system` for the contract that the gateway was built with. */
  readonly source: 'system' | 'registry' | 'file'
  readonly state: 'served' | 'accepted' | 'offered' | 'refused'
  readonly digest: string | undefined
  readonly reasons: readonly string[]
}

/** A document as the gateway reads it. */
export interface ReadDocument {
  readonly document: RoutesDocument
  readonly service: Service
}

interface PlanOptions {
  /** The contracts that the gateway was built with: accepted from the start. */
  readonly system: readonly Service[]
  readonly digestOf: (service: Service) => string
  readonly told: readonly ServiceRoutes[]
  /** What tells it. */
  readonly source: 'registry' | 'file'
  /** Undefined for a document that could not be read. */
  readonly documentOf: (service: string, digest: string) => ReadDocument | undefined
  /** What was served of each service until now: it stays when its next routes are refused. */
  readonly before: ReadonlyMap<string, Service>
}

/** What is to be served, and how each service stands. */
export interface RoutesPlan {
  readonly services: readonly Service[]
  readonly states: readonly RoutesState[]
  /** Of the services that are not part of the system. */
  readonly added: readonly Acceptance[]
}

/** Decides what is served of the routes that the registry tells of. What is refused of one service changes nothing for the others. */
export function planRoutes(options: PlanOptions): RoutesPlan {
  const { system, told } = options
  const services = new Map(system.map((service) => [service.name, service]))
  const states = new Map(system.map((service) => [service.name, stateOf(service.name, 'system', 'served')]))
  const added: Acceptance[] = []
  for (const item of told) {
    if (reserved.has(item.service)) continue
    const own = services.get(item.service)
    const context = { ...options, services }
    const judged = own === undefined ? judgeAdded(item, context) : judgeChanged(item, own, context)
    if (judged === undefined) continue
    states.set(item.service, judged.state)
    if (judged.service !== undefined) services.set(item.service, judged.service)
    if (own === undefined && judged.service !== undefined && item.accepted !== undefined) added.push(item.accepted)
  }
  return { services: [...services.values()], states: [...states.values()], added }
}

interface Context extends PlanOptions {
  /** What is decided so far. */
  readonly services: ReadonlyMap<string, Service>
}

interface Judged {
  readonly state: RoutesState
  /** What is served of it; undefined for nothing. */
  readonly service: Service | undefined
}

function judgeChanged(item: ServiceRoutes, own: Service, context: Context): Judged {
  const { services, source, digestOf, documentOf, before } = context
  const { service: name, digest } = item
  const elsewhere = otherReleases(item)
  if (digest === undefined || digest === digestOf(own))
    return { state: stateOf(name, 'system', 'served', digest, elsewhere), service: own }
  const served = before.get(name) ?? own
  const read = documentOf(name, digest)
  if (read === undefined) return { state: unread(name, source, digest), service: served }
  const reasons = [
    ...refusalsOf(read.document, item.accepted ?? acceptanceOf(own)),
    ...partsOfOthers(read.service, [...services.values()], own),
  ]
  if (reasons.length > 0) return { state: stateOf(name, source, 'refused', digest, reasons), service: served }
  return { state: stateOf(name, source, 'served', digest, elsewhere), service: read.service }
}

function judgeAdded(item: ServiceRoutes, context: Context): Judged | undefined {
  const { service: name, digest, accepted } = item
  const state = (is: RoutesState['state'], reasons: readonly string[], of = digest) =>
    stateOf(name, context.source, is, of, reasons)
  if (accepted === undefined) {
    if (item.offers.length === 0) return undefined
    const reason = `it is not accepted: an operator accepts it with "stoa add ${name}"`
    return { state: state('offered', [reason], item.offers[0]?.digest), service: undefined }
  }
  const foreign = foreignParts(accepted, context)
  if (foreign.length > 0) return { state: state('refused', foreign), service: undefined }
  const elsewhere = otherReleases(item)
  if (digest === undefined) {
    if (item.offers.length > 0) return { state: state('refused', elsewhere), service: undefined }
    return { state: state('accepted', ['no instance has offered its routes yet']), service: undefined }
  }
  const read = context.documentOf(name, digest)
  if (read === undefined) return { state: unread(name, context.source, digest), service: context.before.get(name) }
  const reasons = [
    ...refusalsOf(read.document, accepted),
    ...partsOfOthers(read.service, [...context.services.values()]),
  ]
  if (reasons.length > 0) return { state: state('refused', reasons), service: undefined }
  return { state: state('served', elsewhere), service: read.service }
}

/** What was accepted of a service and belongs to another one: a prefix with all below it, or a permission. */
function foreignParts({ paths, permissions }: Acceptance, { system, services }: Context): string[] {
  const ofSystem = new Set(system.flatMap(permissionsOf))
  const names = new Set(system.map(({ name }) => name))
  const taken = [...services.values(), gateway].flatMap((other) =>
    pathPrefixesOf(other)
      .filter((prefix) => paths.includes(prefix))
      .map((prefix) => `the path ${prefix} belongs to ${other.name}`),
  )
  const contested = [...services.values()]
    .filter(({ name }) => !names.has(name))
    .flatMap((other) =>
      permissionsOf(other)
        .filter((name) => Object.hasOwn(permissions, name) && !ofSystem.has(name))
        .map((name) => `the permission ${name} belongs to ${other.name}`),
    )
  const kept = paths.filter((path) => ofGateway.has(path)).map((path) => `the path ${path} belongs to gateway`)
  const open = paths
    .filter((path) => /[{*]/.test(path))
    .map((path) => `the path ${path} is not the name of a collection`)
  return [...kept, ...open, ...taken, ...contested]
}

// Those of the one are internal, and those of the other cannot come from elsewhere.
const reserved = new Set(['registry', gateway.name])

// What the gateway serves itself without a route of its contract.
const ofGateway = new Set(
  [
    '/',
    '/admin',
    '/asyncapi',
    '/docs',
    '/errors',
    '/graphql',
    '/health',
    '/metrics',
    '/openapi',
    '/openapi.json',
  ].concat(
    ['/personal-data', '/schemas'],
    Object.values(gateway.apps).map(({ path }) => path),
  ),
)

function stateOf(
  service: string,
  source: RoutesState['source'],
  state: RoutesState['state'],
  digest?: string,
  reasons: readonly string[] = [],
): RoutesState {
  return { service, source, state, digest, reasons }
}

function unread(service: string, source: RoutesState['source'], digest: string): RoutesState {
  return stateOf(service, source, 'refused', digest, ['the document cannot be read, or is not valid'])
}

/** What instances offer beside the document that is served. */
function otherReleases({ digest, offers }: ServiceRoutes): string[] {
  return offers
    .filter((offer) => offer.digest !== digest)
    .flatMap((offer) =>
      offer.reasons.length > 0
        ? offer.reasons
        : [`${offer.instances} of its instances have other routes, which are served once the others have left`],
    )
}

/** What a service of the system may change without an operator: routes below its own paths, with its own permissions. */
function acceptanceOf(service: Service): Acceptance {
  const permissions = Object.fromEntries(
    permissionsOf(service).map((name) => [name, { description: name, roles: [] as string[] }]),
  )
  return { paths: pathPrefixesOf(service), permissions, calls: {} }
}
