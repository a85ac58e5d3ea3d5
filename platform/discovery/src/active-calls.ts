import type { Instance } from './instance.ts'

/** Calls in progress to one instance. */
export interface ActiveCalls {
  active: number
}

/** Counts the calls in progress to each instance. */
export interface ActiveCounts {
  /** The counters of a list's instances in its order; made once for each list. */
  readonly of: (instances: readonly Instance[]) => readonly ActiveCalls[]
  readonly onStart: (id: string) => void
  readonly onEnd: (id: string) => void
}

/** No calls yet. An instance that has gone is forgotten once its last call has ended. */
export function activeCounts(): ActiveCounts {
  const counters = new Map<string, ActiveCalls>()
  let known: readonly Instance[] = []
  let aligned: readonly ActiveCalls[] = []

  function counterOf(id: string): ActiveCalls {
    const counter = counters.get(id) ?? { active: 0 }
    counters.set(id, counter)
    return counter
  }

  function adopt(instances: readonly Instance[]): void {
    const present = new Set(instances.map((instance) => instance.id))
    for (const [id, counter] of counters) if (counter.active === 0 && !present.has(id)) counters.delete(id)
    aligned = instances.map((instance) => counterOf(instance.id))
    known = instances
  }

  return {
    of: (instances) => {
      if (instances !== known) adopt(instances)
      return aligned
    },
    onStart: (id) => {
      counterOf(id).active += 1
    },
    onEnd: (id) => {
      const counter = counters.get(id)
      if (counter !== undefined && counter.active > 0) counter.active -= 1
    },
  }
}
