import { examineCallee, type Breakers } from '@stoa/client'
import type { Resolver } from '@stoa/discovery'
import { throwTrouble, type Dependencies, type Dependency } from '@stoa/kernel/part'
import type { TokenVerifier } from '@stoa/security'
import type { Upstreams } from './upstream/upstreams.ts'

interface DependencyOptions {
  readonly upstreams: Upstreams
  readonly resolver: Resolver
  readonly breakers: Breakers
  readonly verifier: TokenVerifier
  /** Why the routes may be out of date. */
  readonly routesTrouble: () => string | undefined
  /** Why the traffic file is not what applies; undefined without a file. */
  readonly trafficTrouble: (() => string | undefined) | undefined
  /** Where the rate limits are shared. */
  readonly redis: Dependency | undefined
}

/**
 * What the gateway depends on. Routes of other services are served while one of them, auth or the registry is unavailable, and rate
 * limits count in the gateway alone while Redis is.
 */
export function gatewayDependencies({
  upstreams,
  resolver,
  breakers,
  verifier,
  routesTrouble,
  trafficTrouble,
  redis,
}: DependencyOptions): Dependencies {
  const services = upstreams.all().map(({ service }) => service)
  return {
    registry: { check: async () => throwTrouble(resolver.trouble()) },
    routes: { check: async () => throwTrouble(routesTrouble()) },
    signingKeys: { check: async () => ({ keys: await verifier.checkKeys() }) },
    ...(trafficTrouble === undefined ? {} : { traffic: { check: async () => throwTrouble(trafficTrouble()) } }),
    ...(redis === undefined ? {} : { redis }),
    ...Object.fromEntries(
      services.map((callee) => [`upstreams.${callee}`, { check: () => examineCallee({ callee, resolver, breakers }) }]),
    ),
  }
}
