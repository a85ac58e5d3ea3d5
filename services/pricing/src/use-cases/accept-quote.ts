import type { RpcHandler } from '@stoa/contract'
import { promotionExhausted } from '@stoa/contracts/pricing/events'
import type { PricingService } from '@stoa/contracts/pricing/service'
import type { Deps } from '../deps.ts'
import { findEarlier, findQuote, giveBack, insertAcceptance, takeUses, withdraw } from '../store/quotes.ts'
import { toWire } from './make-quote.ts'

/** Takes the coupon uses of a quote for an order, all of them or none. */
export const acceptQuote =
  ({ clock }: Deps): RpcHandler<PricingService, 'acceptQuote'> =>
  async ({ input, key, commit, refuse }) =>
    commit(async (tx) => {
      const { quoteId, orderId, customerId } = input
      const { accepted, isWithdrawn } = await findEarlier(tx, key)
      if (accepted !== null) return { total: toWire(accepted) }
      if (isWithdrawn) return refuse('pricing.quote_withdrawn', 'The acceptance was withdrawn before it was made.')
      const found = await findQuote(tx, quoteId)
      if (found === undefined || (found.customerId !== undefined && found.customerId !== customerId)) {
        return refuse('pricing.quote_not_found', 'There is no such quote.')
      }
      if (Temporal.Instant.compare(found.expiresAt, clock.now()) <= 0) {
        return refuse('pricing.quote_expired', 'The quote has expired.')
      }
      const { total } = found.quote
      const isFirst = await insertAcceptance(tx, { actionKey: key, orderId, quoteId, total })
      if (!isFirst || found.countedPromotions.length === 0) return { total: toWire(total) }
      const taken = await takeUses(tx, found.countedPromotions, { orderId, customerId })
      if (taken.length < found.countedPromotions.length) {
        return refuse('pricing.coupon_exhausted', 'A coupon has no uses left.')
      }
      for (const { id, name, isExhausted } of taken) {
        if (isExhausted) await tx.publish(promotionExhausted, id, { promotionId: id, name })
      }
      return { total: toWire(total) }
    })

/** Gives the coupon uses of an order back; one that had accepted nothing counts as released. */
export const releaseQuote =
  ({ clock }: Deps): RpcHandler<PricingService, 'releaseQuote'> =>
  async ({ input, compensates, commit }) =>
    commit(async (tx) => {
      const at = clock.now()
      const hadAccepted = await giveBack(tx, input.orderId, at)
      if (!hadAccepted && compensates !== undefined) await withdraw(tx, compensates, at)
      return {}
    })
