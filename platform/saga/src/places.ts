/** Limits the concurrently driven sagas per type. Sagas that wait for a signal or their next attempt use no slot. */
export interface Places {
  readonly room: (name: string) => number
  readonly take: (name: string) => void
  readonly free: (name: string) => void
  /** The number of sagas that wait in memory for their next attempt. */
  retrying: number
}

/** Each type has its own slots, so that slow callees of one type do not block another. */
export function makePlaces(eachType: number): Places {
  const taken = new Map<string, number>()
  const add = (name: string, count: number) => void taken.set(name, (taken.get(name) ?? 0) + count)
  return {
    room: (name) => Math.max(0, eachType - (taken.get(name) ?? 0)),
    take: (name) => add(name, 1),
    free: (name) => add(name, -1),
    retrying: 0,
  }
}
