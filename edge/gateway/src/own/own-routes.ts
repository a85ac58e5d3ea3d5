import type { Service } from '@stoa/contract'
import { aggregates } from '@stoa/contracts/gateway/aggregates'
import { gateway } from '@stoa/contracts/gateway/service'
import { hasGraph } from '../graph/graph-names.ts'
import { routesOf, type Route } from '../routes/route.ts'

const operatingTimeoutMs = 600_000

const queryBytes = 131_072

/** The routes that the gateway serves itself: they are authenticated and limited like all others. */
export function ownRoutes(services: readonly Service[]): Route[] {
  const declared = routesOf([gateway]).map((route): Route => {
    if (Object.hasOwn(aggregates, route.name)) return { ...route, group: 'graph' }
    if (route.name !== 'operate') return route
    return { ...route, isForeign: false, checksCallers: false, timeoutMs: operatingTimeoutMs }
  })
  if (hasGraph(services)) return [...declared, graphRoute('GET'), graphRoute('POST')]
  return declared.filter(({ group }) => group !== 'graph')
}

/** Not an operation of the contract: requests and errors have the form of GraphQL over HTTP, and each field a permission of its own. */
function graphRoute(method: string): Route {
  return {
    service: 'gateway',
    name: 'query',
    method,
    path: '/graphql',
    group: 'graph',
    permission: 'public',
    rateClass: 'standard',
    timeoutMs: 10_000,
    bodyLimitBytes: queryBytes,
    waitSeconds: 0,
    idempotencyKey: 'none',
    isStream: false,
    isForeign: false,
    checksCallers: false,
    sharedWith: undefined,
    isSignIn: false,
  }
}
