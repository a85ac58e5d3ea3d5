const listeners = new Map<string, Set<() => void>>()

/** Calls back after each commit in this process that recorded an action of the service; only a hint, the sealer also polls. */
export function onAppended(service: string, callback: () => void): () => void {
  const known = listeners.get(service) ?? new Set()
  listeners.set(service, known.add(callback))
  return () => void known.delete(callback)
}

export function signalAppended(service: string): void {
  for (const callback of listeners.get(service) ?? []) callback()
}
