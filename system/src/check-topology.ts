import { roles } from '@stoa/contracts/auth/roles'
import type { Route, Service } from '@stoa/contract'
import type { Deployment } from './topology.ts'

/** Who may do what: permissions by role. */
type Roles = Readonly<Record<string, readonly string[]>>

type DescribedMethod = { readonly localName: string }

/**
 * What does not fit together in a system, each in a sentence: an event that nobody publishes, a call that nobody serves,
 * two owners of one path, two services on one port, a permission that no role grants, an answer read by an operation that
 * isn't there. Empty when all is well.
 */
export function checkTopology(deployments: readonly Deployment[], granted: Roles = roles): string[] {
  const services = deployments.flatMap(({ contract }) => (contract === undefined ? [] : [contract]))
  return [
    ...sharedPorts(deployments),
    ...twice(deployments.map(({ name }) => name)).map((name) => `two services are called ${name}`),
    ...movedContracts(deployments),
    ...unheardOfEvents(services),
    ...publishedTwice(services),
    ...unservedCalls(services),
    ...contestedPaths(services),
    ...ungrantedPermissions(services, granted),
    ...missingReads(services),
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
    .map(({ name }) => `${name} has another name or port than its contract says`)
}

function unheardOfEvents(services: readonly Service[]): string[] {
  const published = new Set(services.flatMap(({ publishes }) => Object.values(publishes).map(nameOf)))
  return services.flatMap(({ name, consumes }) =>
    Object.values(consumes)
      .map(nameOf)
      .filter((event) => !published.has(event))
      .map((event) => `${name} consumes ${event}, which nobody publishes`),
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

function unservedCalls(services: readonly Service[]): string[] {
  const served = new Map(services.flatMap(({ name, rpc }) => (rpc === undefined ? [] : [[name, rpc] as const])))
  return services.flatMap(({ name, calls }) =>
    Object.entries(calls).flatMap(([callee, { service, methods }]) => {
      const rpc = served.get(callee)
      if (rpc === undefined) return [`${name} calls ${callee}, which serves no calls`]
      const offered = new Set((rpc.service.methods as readonly DescribedMethod[]).map(({ localName }) => localName))
      const isSame = (rpc.service as { typeName: string }).typeName === (service as { typeName: string }).typeName
      return (methods as readonly string[])
        .filter((method) => !isSame || !offered.has(method) || !(method in rpc.methods))
        .map((method) => `${name} calls ${callee}.${method}, which nobody serves`)
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
      .filter(([, { permission }]) => permission !== 'public' && !known.has(permission))
      .map(([operation, { permission }]) => `${name}.${operation} asks for ${permission}, which no role grants`),
  )
}

function missingReads(services: readonly Service[]): string[] {
  return services.flatMap(({ name, operations }) =>
    Object.entries(operations).flatMap(([operation, route]) => {
      if (route.kind !== 'operation' || route.answersWith === undefined) return []
      const read = operations[route.answersWith]
      if (read?.kind === 'operation' && read.effect === 'read') return []
      return [`${name}.${operation} answers with ${route.answersWith}, which is no operation of ${name} that reads`]
    }),
  )
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}
