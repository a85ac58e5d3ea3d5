import type { EventType, Service } from '@stoa/contract'

/**
 * The name under which the log keeps an event type and consumers subscribe to it: the type, from major version 2 on with the
 * version behind a slash (`order.created/2`). Major versions are thus types of their own, so a consumer in an older release
 * never passes events of a version that only a newer release handles.
 */
export function logTypeOf({ type, version }: Pick<EventType, 'type' | 'version'>): string {
  const major = Number.parseInt(version, 10)
  return major < 2 ? type : `${type}/${major}`
}

/** What a service subscribes to in the log. */
export function consumedTypes({ consumes }: Pick<Service, 'consumes'>): string[] {
  return [...new Set(Object.values(consumes).map(logTypeOf))]
}
