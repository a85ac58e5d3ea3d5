import type { TaskHandler, Tx } from '@stoa/contract'
import { promotionActivated } from '@stoa/contracts/pricing/events'
import type { PricingService } from '@stoa/contracts/pricing/service'
import type { Deps } from '../deps.ts'
import { lockAnnouncement, noteAnnounced } from '../store/promotions.ts'

/** Tells once that an active promotion has begun; one that begins later is told then. */
export async function tellPromotion(tx: Tx<PricingService>, id: string, at: Temporal.Instant): Promise<void> {
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
    commit((tx) => tellPromotion(tx, payload.promotionId, clock.now()))
