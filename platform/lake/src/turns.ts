import { platformError } from '@stoa/kernel'

/** Lets only so much work run at once; the rest waits. */
export interface Turns {
  /** @throws AppError `lake.busy` if too much waits already, unless this one is patient */
  readonly enter: (isPatient: boolean) => Promise<void>
  /** Ends the turn of work that was patient or not. */
  readonly leave: (isPatient: boolean) => void
  readonly active: () => number
}

/**
 * Makes turns; `onIdle` is called when no work is left. Patient work takes long: where there are several places, it leaves one to the other
 * work, so that neither waits for all of the other.
 */
export function makeTurns(
  { mostAtOnce, mostWaiting }: { readonly mostAtOnce: number; readonly mostWaiting: number },
  onIdle: () => void,
): Turns {
  const mostPatient = Math.max(1, mostAtOnce - 1)
  let active = 0
  let activePatient = 0
  const waiting: (() => void)[] = []
  const patient: (() => void)[] = []

  function begin(isPatient: boolean): void {
    active += 1
    if (isPatient) activePatient += 1
  }

  function next(): void {
    while (active < mostAtOnce) {
      const isPatient = patient.length > 0 && activePatient < mostPatient && (mostAtOnce > 1 || waiting.length === 0)
      const start = (isPatient ? patient : waiting).shift()
      if (start === undefined) return
      begin(isPatient)
      start()
    }
  }

  return {
    async enter(isPatient) {
      if (active < mostAtOnce && (!isPatient || activePatient < mostPatient)) return begin(isPatient)
      if (!isPatient && waiting.length >= mostWaiting) {
        throw platformError('lake.busy', `${mostWaiting} queries are waiting already`)
      }
      // The one that leaves hands its place over.
      await new Promise<void>((resolve) => (isPatient ? patient : waiting).push(resolve))
    },
    leave(isPatient) {
      active -= 1
      if (isPatient) activePatient -= 1
      next()
      if (active === 0) onIdle()
    },
    active: () => active,
  }
}
