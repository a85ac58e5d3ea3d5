import type { Service } from '@stoa/contract'
import type { TransactionEnding } from '@stoa/postgres'
import type { SagaHead } from './transition.ts'

/** A place for a saga that belongs to a worker of this process from its start. */
export interface Birth {
  readonly worker: string
  /** Returns the place, and drives the saga with this head if it was committed. */
  readonly end: (ending: TransactionEnding, head: SagaHead | undefined) => void
}

/** What an engine in this process does when something of its service was committed here. */
export interface LocalEngine {
  /** Reserves a slot for a saga of this type; returns undefined if no slot is free or the engine stops. Its end must be reported. */
  readonly bear: (name: string, version: number) => Birth | undefined
  /** A saga without a worker was started. */
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
