import type { Operation, Service, Socket, Stream } from '@stoa/contract'
import { catalogue } from '@stoa/contracts/catalogue'
import { registry } from '@stoa/contracts/registry/service'

/** One route that the contracts say. */
export interface DeclaredRoute {
  /** `order.placeOrder` */
  readonly at: string
  readonly service: Service
  readonly route: Operation | Stream | Socket
}

/** Every service that says anything; the registry is reached on its own port alone. */
export const services: readonly Service[] = [...catalogue, registry]

/** Every operation and stream of all contracts. */
export const declaredRoutes: readonly DeclaredRoute[] = services.flatMap((service) =>
  Object.entries(service.operations).flatMap(([name, route]) =>
    route.kind === 'mount' ? [] : [{ at: `${service.name}.${name}`, service, route }],
  ),
)

/** An operation, with where it is said. */
export interface DeclaredOperation extends DeclaredRoute {
  readonly route: Operation
}

export function isOperation(each: DeclaredRoute): each is DeclaredOperation {
  return each.route.kind === 'operation'
}

export const operations = declaredRoutes.filter(isOperation)

/** The names in braces of a path. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name ?? '')
}

/** A path with its parameters filled in, as they come. */
export function pathOf({ path }: DeclaredRoute['route'], params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => params[name] ?? '')
}

/** Whether a change of this resource needs `If-Match`: it can be read at its own path, with its version. */
export function isConditional({ service, route }: DeclaredRoute): boolean {
  const changesOne =
    route.method === 'PUT' || route.method === 'PATCH' || (route.method === 'DELETE' && route.path.endsWith('}'))
  return changesOne && isVersioned(readOf(service, route.path))
}

/** A blob never changes. */
function isVersioned(read: Operation | undefined): boolean {
  return read !== undefined && read.download === undefined
}

/** The read at a path. */
export function readOf(service: Service, path: string): Operation | undefined {
  return Object.values(service.operations).find(
    (other): other is Operation => other.kind === 'operation' && other.method === 'GET' && other.path === path,
  )
}
