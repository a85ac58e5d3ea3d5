import type { Service } from '@stoa/contract'

/** What an engine in this process does when something of its service was committed here. */
export interface LocalEngine {
  readonly onStarted: (sagaId: string) => void
  readonly onSignalled: (sagaId: string) => void
}

// By the description, so that several services can share a process; an engine of the same service with another
// database finds no saga with the id and continues.
const engines = new WeakMap<Service, Set<LocalEngine>>()

export function addLocalEngine(service: Service, engine: LocalEngine): () => void {
  const known = engines.get(service) ?? new Set()
  engines.set(service, known.add(engine))
  return () => void known.delete(engine)
}

export function localEngines(service: Service): Iterable<LocalEngine> {
  return engines.get(service) ?? []
}
