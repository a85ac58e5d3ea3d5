import type { Instance } from './instance.ts'
import { instanceTable } from './instance-table.ts'
import type { Resolver } from './resolver.ts'

/** An instance as people write it: `host:port`, or what differs from the defaults (weight 1). */
export type StaticInstance = string | (Pick<Instance, 'host' | 'port'> & Partial<Omit<Instance, 'service'>>)

/**
 * Instances that are known beforehand and never change; an id left out is `service@host:port`. Throws RangeError for an
 * address that is none.
 */
export function staticResolver(services: Readonly<Record<string, readonly StaticInstance[]>>): Resolver {
  const table = instanceTable()
  table.replace(staticInstances(services))
  const { resolve, ready, isInformed, onChange } = table
  return { resolve, ready, isInformed, trouble: () => undefined, onChange, close: () => Promise.resolve() }
}

/** The instances of each service that are meant by what people write. */
export function staticInstances(
  services: Readonly<Record<string, readonly StaticInstance[]>>,
): ReadonlyMap<string, readonly Instance[]> {
  return new Map(
    Object.entries(services).map(([service, instances]) => [service, instances.map((one) => toInstance(service, one))]),
  )
}

function toInstance(service: string, written: StaticInstance): Instance {
  const given = typeof written === 'string' ? parseAddress(written) : written
  return { id: `${service}@${given.host}:${given.port}`, weight: 1, metadata: {}, ...given, service }
}

/** The host and port of an address. @throws RangeError if it is not valid */
export function parseAddress(address: string): Pick<Instance, 'host' | 'port'> {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+):(\d{1,5})$/.exec(address)
  const port = Number(match?.[2])
  if (match?.[1] === undefined || port < 1 || port > 65_535) {
    throw new RangeError(`an instance's address must be host:port, got ${address}`)
  }
  return { host: match[1].replace(/^\[|\]$/g, ''), port }
}
