import type { TaskHandler, Tx } from '@stoa/contract'
import { promotionActivated } from '@stoa/contracts/pricing/events'
import type { PricingService } from '@stoa/contracts/pricing/service'
import type { Deps } from '../deps.ts'
import { lockAnnouncement, noteAnnounced } from '../store/promotions.ts'

/** Publishes once that a promotion has started; for a later start, a task publishes it then. */
export async function publishPromotion(tx: Tx<PricingService>, id: string, at: Temporal.Instant): Promise<void> {
  const promotion = await lockAnnouncement(tx, id)
  if (promotion === undefined || !promotion.isDue) return
  const waitMs = (promotion.validFrom?.epochMilliseconds ?? 0) - at.epochMilliseconds
  if (waitMs > 0) return tx.enqueue('announce-promotion', { promotionId: id }, { delayMs: waitMs })
  await noteAnnounced(tx, id)
  await tx.publish(promotionActivated, id, { promotionId: id, name: promotion.name })
}

export const announcePromotionTask =
  ({ clock }: Deps): TaskHandler<PricingService, 'announce-promotion'> =>
  async ({ payload, commit }) =>
    commit((tx) => publishPromotion(tx, payload.promotionId, clock.now()))
