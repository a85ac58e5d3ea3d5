import type { TaskHandler } from '@stoa/contract'
import type { PaymentService } from '@stoa/contracts/payment/service'
import type { Deps } from '../deps.ts'
import { webhookToleranceSeconds } from '@stoa/security'
import { enqueueDispute } from './settle-dispute.ts'
import { takeAbandonedPayments, takeAbandonedRefunds } from '../store/abandoned.ts'
import { takeDueDisputes } from '../store/dispute-responses.ts'
import { purgeWebhooks } from '../store/received-webhooks.ts'

const mostAtOnce = 200
const revisitAfterMs = 60_000

/** Completes every abandoned operation at a provider; operations that do not end, as those of an unavailable provider, delay no others. */
export const finishAbandonedTask =
  ({ clock, abandonedAfterMs }: Deps): TaskHandler<PaymentService, 'finish-abandoned'> =>
  async ({ commit }) => {
    const now = clock.now()
    const sweep = { now, abandonedAfterMs, revisitAfterMs, limit: mostAtOnce }
    await commit(async (tx) => {
      const paymentIds = await takeAbandonedPayments(tx, sweep)
      const refundIds = await takeAbandonedRefunds(tx, sweep)
      for (const paymentId of paymentIds) await tx.enqueue('settle-payment', { paymentId }, { key: paymentId })
      for (const refundId of refundIds) await tx.enqueue('settle-refund', { refundId }, { key: refundId })
      for (const dispute of await takeDueDisputes(tx, { now, revisitAfterMs, limit: mostAtOnce }))
        await enqueueDispute(tx, dispute)
      // One of the farthest tolerated future is kept out by its own time only after twice the tolerance.
      await purgeWebhooks(tx, now.subtract({ seconds: 2 * webhookToleranceSeconds + 1 }))
    })
  }
