import { consumedEvents, deprecationFaults, isErasure, type Route, type Service } from '@stoa/contract'
import type { Optional, System } from './define-system.ts'
import { needsOf, stores, type Deployment } from './topology.ts'

/** Who may do what: permissions by role. */
type Roles = Readonly<Record<string, readonly string[]>>

type DescribedMethod = { readonly localName: string }

/**
 * What does not fit together in a system, each in a sentence: an event that no service publishes, a call that no service serves,
 * two owners of one path, two services on one port, a permission that no role grants, an answer read by an operation that
 * is not there, a deprecation without its successor. Empty when all is well.
 */
export function checkTopology(
  deployments: readonly Deployment[],
  { granted, optional = {} }: { readonly granted: Roles; readonly optional?: Optional },
): string[] {
  const services = deployments.flatMap(({ contract }) => (contract === undefined ? [] : [contract]))
  return [
    ...sharedPorts(deployments),
    ...twice(deployments.map(({ name }) => name)).map((name) => `two services are called ${name}`),
    ...movedContracts(deployments),
    ...unheardOfEvents(services, optional),
    ...publishedTwice(services),
    ...unheardErasures(services),
    ...unservedCalls(services, optional),
    ...contestedPaths(services),
    ...ungrantedPermissions(services, granted),
    ...missingReads(services),
    ...services.flatMap(({ name, operations }) => deprecationFaults(operations).map((fault) => `${name}.${fault}`)),
  ]
}

/** What does not fit together in a system, as `checkTopology`, and what a part of it needs and the system lacks. */
export function checkSystem({ services, access, optional = {} }: System): string[] {
  return [
    ...checkTopology(services, { granted: access.roles, optional }),
    ...unlikeTheirKind(services),
    ...missingParts(services),
    ...needlesslyOptional(services, optional),
  ]
}

function unlikeTheirKind(deployments: readonly Deployment[]): string[] {
  return deployments
    .filter(({ kind, contract }) => needsOf[kind].hasContract !== (contract !== undefined))
    .map(({ name, kind, contract }) => `${name} is a ${kind} ${contract === undefined ? 'without' : 'with'} a contract`)
}

function missingParts(deployments: readonly Deployment[]): string[] {
  const parts = [...stores, ...deployments]
  return parts.flatMap(({ name, kind }) => {
    const { kinds, services } = needsOf[kind]
    return [
      ...services.filter((needed) => needed !== name && !parts.some((each) => each.name === needed)),
      ...kinds.filter((needed) => !parts.some((each) => each.kind === needed)).map((needed) => `a ${needed}`),
    ].map((needed) => `${name} needs ${needed}, which the system does not have`)
  })
}

/** What a system says that it leaves out, although it has it: the next fault of that kind would pass unseen. */
function needlesslyOptional(deployments: readonly Deployment[], { events = [], services = [] }: Optional): string[] {
  const published = deployments.flatMap(({ contract }) =>
    Object.values(contract?.publishes ?? {}).map(({ type }) => type),
  )
  return [
    ...events
      .filter((type) => published.includes(type))
      .map((type) => `${type} is optional, but a service publishes it`),
    ...services
      .filter((callee) => deployments.some(({ name }) => name === callee))
      .map((callee) => `${callee} is optional, but the system has it`),
  ]
}

function sharedPorts(deployments: readonly Deployment[]): string[] {
  const listeners = deployments.flatMap(({ name, port, furtherPorts = {} }) => [
    { name, port },
    ...Object.values(furtherPorts).map((further) => ({ name, port: further })),
  ])
  return [...Map.groupBy(listeners, ({ port }) => port)]
    .filter(([, each]) => each.length > 1)
    .map(([port, each]) => `port ${port} belongs to ${each.map(({ name }) => name).join(' and ')}`)
}

function movedContracts(deployments: readonly Deployment[]): string[] {
  return deployments
    .filter(({ name, port, contract }) => contract !== undefined && (contract.name !== name || contract.port !== port))
    .map(({ name }) => `${name} has a different name or port from its contract`)
}

function unheardOfEvents(services: readonly Service[], { events: optional = [] }: Optional): string[] {
  const published = new Set(services.flatMap(({ publishes }) => Object.values(publishes).map(nameOf)))
  return services.flatMap((service) =>
    consumedEvents(service)
      .filter(({ type }) => !optional.includes(type))
      .map(nameOf)
      .filter((event) => !published.has(event))
      .map((event) => `${service.name} consumes ${event}, which no service publishes`),
  )
}

function nameOf({ type, version }: { readonly type: string; readonly version: string }): string {
  return `${type} ${version}`
}

/** An event is a fact of one owner. */
function publishedTwice(services: readonly Service[]): string[] {
  const publishers = services.flatMap(({ name, publishes }) =>
    Object.values(publishes).map((event) => ({ name, event: event.type })),
  )
  return [...Map.groupBy(publishers, ({ event }) => event)]
    .filter(([, each]) => new Set(each.map(({ name }) => name)).size > 1)
    .map(([event, each]) => `${event} is published by ${each.map(({ name }) => name).join(' and ')}`)
}

/** What is kept on persons goes when they are erased. */
function unheardErasures(services: readonly Service[]): string[] {
  const published = services.flatMap(({ publishes }) => Object.values(publishes).filter(isErasure))
  return services.flatMap(({ name, personalData, publishes, consumes }) => {
    const known = [...Object.values(publishes), ...Object.values(consumes)].map(nameOf)
    const unheard = published.filter((event) => !known.includes(nameOf(event)))
    if (personalData !== 'none') {
      return unheard.map((event) => `${name} keeps personal data but does not consume ${nameOf(event)}`)
    }
    const idle = Object.values(consumes).filter(isErasure)
    return idle.map((event) => `${name} consumes ${nameOf(event)} but keeps no personal data`)
  })
}

function unservedCalls(services: readonly Service[], { services: optional = [] }: Optional): string[] {
  const served = new Map(services.flatMap(({ name, rpc }) => (rpc === undefined ? [] : [[name, rpc] as const])))
  return services.flatMap(({ name, calls }) =>
    Object.entries(calls).flatMap(([callee, { service, methods }]) => {
      const rpc = served.get(callee)
      if (rpc === undefined && optional.includes(callee)) return []
      if (rpc === undefined) return [`${name} calls ${callee}, which has no RPC methods`]
      const offered = new Set((rpc.service.methods as readonly DescribedMethod[]).map(({ localName }) => localName))
      const isSame = (rpc.service as { typeName: string }).typeName === (service as { typeName: string }).typeName
      return (methods as readonly string[])
        .filter((method) => !isSame || !offered.has(method) || !(method in rpc.methods))
        .map((method) => `${name} calls ${callee}.${method}, which does not exist`)
    }),
  )
}

function contestedPaths(services: readonly Service[]): string[] {
  const owned = services.flatMap(({ name, operations }) =>
    Object.values(operations).map((route) => ({ name, at: `${methodOf(route)} ${shapeOf(route.path)}` })),
  )
  return [...Map.groupBy(owned, ({ at }) => at)]
    .filter(([, each]) => each.length > 1)
    .map(([at, each]) => `${at} belongs to ${each.map(({ name }) => name).join(' and ')}`)
}

function methodOf(route: Route): string {
  return route.kind === 'mount' ? '*' : route.method
}

/** What a parameter is called makes no difference to a path. */
function shapeOf(path: string): string {
  return path.replaceAll(/\{[^}]*\}/g, '{}')
}

function ungrantedPermissions(services: readonly Service[], granted: Roles): string[] {
  const known = new Set(Object.values(granted).flat())
  return services.flatMap(({ name, operations }) =>
    Object.entries(operations)
      .filter(([, { permission }]) => permission !== 'public' && permission !== 'service' && !known.has(permission))
      .map(([operation, { permission }]) => `${name}.${operation} requires ${permission}, which no role grants`),
  )
}

function missingReads(services: readonly Service[]): string[] {
  return services.flatMap(({ name, operations }) =>
    Object.entries(operations).flatMap(([operation, route]) => {
      if (route.kind !== 'operation' || route.answersWith === undefined) return []
      const read = operations[route.answersWith]
      if (read?.kind === 'operation' && read.effect === 'read') return []
      return [`${name}.${operation} returns ${route.answersWith}, which is not a read operation of ${name}`]
    }),
  )
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}
