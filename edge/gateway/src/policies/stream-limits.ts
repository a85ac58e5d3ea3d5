import { platformError } from '@stoa/kernel'
import { bulkhead, type BulkheadSnapshot } from '@stoa/resilience'
import type { AnswerTarget } from '../exchange.ts'
import { clientHasLeft, slotHeld, type Slot } from '../upstream/slot.ts'

/** How many streams of server-sent events, or uploads, may be open: in all, and for one client. */
export interface StreamLimits {
  /**
   * A slot for as long as the stream is open. Throws AppError `service.saturated`, `request.rate_limited` for one client, or
   * `request.deadline_exceeded` for one that has disconnected.
   */
  readonly take: (client: string, response: AnswerTarget) => Slot
  readonly snapshot: () => BulkheadSnapshot
}

interface StreamLimitOptions {
  readonly name?: string
  readonly total?: number
  readonly perClient?: number
}

/** Makes the limits of one gateway: 10,000 streams, 20 of them for one client. */
export function makeStreamLimits({
  name = 'streams',
  total = 10_000,
  perClient = 20,
}: StreamLimitOptions = {}): StreamLimits {
  const slots = bulkhead({ name, maxConcurrent: total, maxWaiting: 0 })
  const openOf = new Map<string, number>()
  const leave = (client: string) => {
    const left = (openOf.get(client) ?? 1) - 1
    if (left === 0) openOf.delete(client)
    else openOf.set(client, left)
    slots.leave()
  }
  return {
    take(client, response) {
      // its close, which gives the place back, has been told already
      if (response.destroyed) throw clientHasLeft()
      const open = openOf.get(client) ?? 0
      if (open >= perClient) {
        const detail = `At most ${perClient} ${name} may be open at once; close one first.`
        throw platformError('request.rate_limited', detail, { retryAfterSeconds: 5 })
      }
      if (!slots.tryEnter()) throw slots.refusal()
      openOf.set(client, open + 1)
      return slotHeld(response, () => leave(client))
    },
    snapshot: () => slots.snapshot(),
  }
}
