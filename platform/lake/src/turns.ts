import { lakeError } from './lake-errors.ts'

/** Lets only so much work run at once; the rest waits. */
export interface Turns {
  /** @throws AppError `lake.busy` if too much waits already, unless this one is patient */
  readonly enter: (isPatient: boolean) => Promise<void>
  readonly leave: () => void
  readonly active: () => number
}

/** Makes turns; `onIdle` is called when no work is left. */
export function makeTurns(
  { mostAtOnce, mostWaiting }: { readonly mostAtOnce: number; readonly mostWaiting: number },
  onIdle: () => void,
): Turns {
  let active = 0
  const waiting: (() => void)[] = []
  return {
    async enter(isPatient) {
      if (active < mostAtOnce) {
        active += 1
        return
      }
      if (!isPatient && waiting.length >= mostWaiting) {
        throw lakeError('lake.busy', `${mostWaiting} queries are waiting already`)
      }
      // The one that leaves hands its place over.
      await new Promise<void>((resolve) => waiting.push(resolve))
    },
    leave() {
      const next = waiting.shift()
      if (next !== undefined) return next()
      active -= 1
      if (active === 0) onIdle()
    },
    active: () => active,
  }
}
