import type { TaskHandler } from '@stoa/contract'
import type { PaymentService } from '@stoa/contracts/payment/service'
import type { Deps } from '../deps.ts'
import { webhookToleranceSeconds } from '@stoa/security'
import { findAbandonedPayments } from '../store/payments.ts'
import { purgeWebhooks } from '../store/received-webhooks.ts'
import { findAbandonedRefunds } from '../store/refunds.ts'

const mostAtOnce = 200

/** Has everything that was begun with a provider and left behind brought to its end; one that is away delays no other. */
export const finishAbandonedTask =
  ({ clock, abandonedAfterMs }: Deps): TaskHandler<PaymentService, 'finish-abandoned'> =>
  async ({ db, commit }) => {
    const now = clock.now()
    const before = now.subtract({ milliseconds: abandonedAfterMs })
    const [paymentIds, refundIds] = await Promise.all([
      findAbandonedPayments(db, before, mostAtOnce),
      findAbandonedRefunds(db, before, mostAtOnce),
    ])
    await commit(async (tx) => {
      for (const paymentId of paymentIds) await tx.enqueue('settle-payment', { paymentId }, { key: paymentId })
      for (const refundId of refundIds) await tx.enqueue('settle-refund', { refundId }, { key: refundId })
      // One of the farthest tolerated future is kept out by its own time only after twice the tolerance.
      await purgeWebhooks(tx, now.subtract({ seconds: 2 * webhookToleranceSeconds + 1 }))
    })
  }
