import type { Operation, Service } from '@stoa/contract'

type Described = Pick<Operation, 'method' | 'path' | 'cacheControl'>

/** Whether a change needs `If-Match`: its resource can be read at the same path. A DELETE of a whole list has no version to match. */
export function requiresIfMatch(service: Pick<Service, 'operations'>, { method, path }: Described): boolean {
  const changesOne = method === 'PUT' || method === 'PATCH' || (method === 'DELETE' && path.endsWith('}'))
  return (
    changesOne &&
    operationsOf(service).some((other) => other.method === 'GET' && other.path === path && !isFixed(other))
  )
}

/**
 * Returns whether a read sends an `ETag`, and can therefore return 304: the read of one resource, and every cacheable response. Lists that
 * are not cacheable send none.
 */
export function sendsEtag(service: Pick<Service, 'operations'>, { method, path, cacheControl }: Described): boolean {
  if (method !== 'GET') return false
  if (cacheControl !== undefined || path.endsWith('}')) return true
  return operationsOf(service).some((other) => other.path === path && requiresIfMatch(service, other))
}

/** A blob never changes, so its removal has no version to match. */
function isFixed({ download }: Operation): boolean {
  return download !== undefined
}

function operationsOf({ operations }: Pick<Service, 'operations'>): Operation[] {
  return Object.values(operations).filter((route): route is Operation => route.kind === 'operation')
}
