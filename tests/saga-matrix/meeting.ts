/** Where the cases of a group wait for each other: all are at their point when the blow falls. */
export interface Meeting {
  /** Comes to the point, and continues when the meeting is over; may be called again by a repeated attempt. */
  readonly arrive: (who: object) => Promise<void>
  /** Will not come: it has failed before. */
  readonly leave: (who: object) => void
  /** Resolves when all expected participants are there. */
  readonly allThere: Promise<void>
  readonly end: () => void
  readonly isOver: () => boolean
}

export function makeMeeting(expected: number): Meeting {
  const there = new Set<object>()
  const gone = new Set<object>()
  const all = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  let isOver = false
  const look = () => {
    if (there.size + gone.size >= expected) all.resolve()
  }
  return {
    async arrive(who) {
      there.add(who)
      gone.delete(who)
      look()
      await over.promise
    },
    leave(who) {
      if (!there.has(who)) gone.add(who)
      look()
    },
    allThere: all.promise,
    end() {
      isOver = true
      over.resolve()
    },
    isOver: () => isOver,
  }
}

/** Resolves when the promise does, rejects after so long with what was waited for. */
export async function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${timeoutMs / 1000} s`)), timeoutMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
