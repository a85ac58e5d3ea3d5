import type { Instance, Resolver } from '@stoa/discovery'

/** A resolver that also resolves the registry, which is not registered, from its configured address. */
export function withRegistry(resolver: Resolver, registryUrl: string): Resolver {
  const { hostname, port, protocol } = new URL(registryUrl)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const instance: Instance = {
    id: 'registry',
    service: 'registry',
    host,
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    weight: 1,
    metadata: {},
  }
  const instances = Object.freeze([instance])
  return {
    ...resolver,
    resolve: (service) => (service === 'registry' ? instances : resolver.resolve(service)),
  }
}
