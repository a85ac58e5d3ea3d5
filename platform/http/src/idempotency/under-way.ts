import { refusalOf } from '../refusals.ts'

/** The keys whose requests are under way in this process: a repeat waits here, without a connection. */
export interface UnderWay {
  /**
   * Enters as the one request of this key. While another is in, waits for it to leave and then asks `findEnded`; what
   * that finds is handed back instead.
   * @throws AppError 409 `idempotency.in_progress` when the other has not left by `untilMs` (performance.now())
   */
  readonly enter: <Ended>(
    name: string,
    findEnded: () => Promise<Ended | undefined>,
    untilMs: number,
  ) => Promise<{ readonly kind: 'in'; readonly leave: () => void } | { readonly kind: 'ended'; readonly ended: Ended }>
}

/** The refusal of a repeat whose first request is still under way. */
export function inProgress() {
  const detail = 'The first request with this Idempotency-Key is still under way.'
  return refusalOf('idempotency.in_progress', detail, { retryAfterSeconds: 1 })
}

/** Makes the register of one process. */
export function makeUnderWay(): UnderWay {
  const underWay = new Map<string, Promise<void>>()
  return {
    async enter(name, findEnded, untilMs) {
      for (let other = underWay.get(name); other !== undefined; other = underWay.get(name)) {
        await waitFor(other, untilMs)
        const ended = await findEnded()
        if (ended !== undefined) return { kind: 'ended', ended }
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      underWay.set(name, promise)
      const leave = () => {
        underWay.delete(name)
        resolve()
      }
      return { kind: 'in', leave }
    },
  }
}

async function waitFor(other: Promise<void>, untilMs: number): Promise<void> {
  const remainingMs = untilMs - performance.now()
  if (remainingMs <= 0) throw inProgress()
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(inProgress()), remainingMs)
  })
  await Promise.race([other, tooLate]).finally(() => clearTimeout(timer))
}
