import type { Service } from '@stoa/contract'

const listeners = new WeakMap<Service, Set<() => void>>()

/** Calls back after each commit in this process that left events of the service in an outbox; a wake-up, no promise. */
export function onOutboxFilled(service: Service, callback: () => void): () => void {
  const known = listeners.get(service) ?? new Set()
  listeners.set(service, known.add(callback))
  return () => known.delete(callback)
}

export function signalOutboxFilled(service: Service): void {
  for (const callback of listeners.get(service) ?? []) callback()
}
