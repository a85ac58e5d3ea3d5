/** Counts the places that each caller holds. */
export interface CallerShares {
  /** Takes a place for a caller; returns false if it would then hold more than its share of `places`. */
  readonly tryTake: (caller: string, places: number) => boolean
  readonly giveBack: (caller: string) => void
}

/**
 * Makes the shares of callers. The share is the same for all who hold places at the moment, at most half of the places, so that a
 * caller who is alone leaves room for the next, and at least one place.
 */
export function callerShares(): CallerShares {
  const held = new Map<string, number>()
  return {
    tryTake(caller, places) {
      const count = held.get(caller) ?? 0
      const callers = Math.max(2, held.size + (count === 0 ? 1 : 0))
      if (count + 1 > Math.max(1, places / callers)) return false
      held.set(caller, count + 1)
      return true
    },
    giveBack(caller) {
      const count = held.get(caller) ?? 0
      if (count <= 1) held.delete(caller)
      else held.set(caller, count - 1)
    },
  }
}
