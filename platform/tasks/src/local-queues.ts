import type { Service } from '@stoa/contract'

const listeners = new WeakMap<Service, Set<() => void>>()

/** Calls back after each commit in this process that enqueued a task of the service; only a hint, workers also poll. */
export function onEnqueued(service: Service, callback: () => void): () => void {
  const known = listeners.get(service) ?? new Set()
  listeners.set(service, known.add(callback))
  return () => void known.delete(callback)
}

export function signalEnqueued(service: Service): void {
  for (const callback of listeners.get(service) ?? []) callback()
}
