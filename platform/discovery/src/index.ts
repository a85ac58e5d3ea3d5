export type { Balancer } from './balancer.ts'
export { balancingStrategies, makeBalancer, type BalancingStrategy } from './make-balancer.ts'
export { consistentHash } from './consistent-hash.ts'
export { discoveryLog } from './discovery-log.ts'
export type { DiscoveryEvent, DiscoveryObserver } from './events.ts'
export type { Instance } from './instance.ts'
export { hash32 } from './hash.ts'
export { leastConnections } from './least-connections.ts'
export { registrationPart, resolverPart } from './parts.ts'
export { powerOfTwoChoices } from './power-of-two-choices.ts'
export { isInstanceReady } from './readiness.ts'
export {
  registration,
  type InstanceDescription,
  type OfferedRoutes,
  type Registration,
  type RegistrationOptions,
} from './registration.ts'
export type { RegistryAddress } from './registry-request.ts'
export { registryResolver, type RegistryResolverOptions } from './registry-resolver.ts'
export type { Resolver } from './resolver.ts'
export { followRoutes, type FollowedRoutes, type ServiceRoutes } from './followed-routes.ts'
export { openRoutesFile, type OpenRoutesFile } from './routes-file.ts'
export { roundRobin } from './round-robin.ts'
export { staticResolver, type StaticInstance } from './static-resolver.ts'
export { weightedRoundRobin } from './weighted-round-robin.ts'
