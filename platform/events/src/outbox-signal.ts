import type { Service } from '@stoa/contract'

const listeners = new WeakMap<Service, Set<() => void>>()

/** Calls the listener after each commit in this process that wrote events to the outbox of the service; best effort. */
export function onOutboxFilled(service: Service, callback: () => void): () => void {
  const known = listeners.get(service) ?? new Set()
  listeners.set(service, known.add(callback))
  return () => known.delete(callback)
}

export function signalOutboxFilled(service: Service): void {
  for (const callback of listeners.get(service) ?? []) callback()
}
