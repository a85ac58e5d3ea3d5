import type { RpcHandler } from '@stoa/contract'
import { promotionExhausted } from '@stoa/contracts/pricing/events'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { toRpcMoney } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { findAccepted, findQuote, giveBack, insertAcceptance, takeUses } from '../store/quotes.ts'
import { isCappedByCustomer } from '../store/mailboxes.ts'
import { findCouponUser } from './coupon-user.ts'

/** Takes the coupon uses of a quote for an order, all of them or none. */
export const acceptQuote =
  ({ clock }: Deps): RpcHandler<PricingService, 'acceptQuote'> =>
  async ({ input, key, db, calls, commit, refuse }) => {
    const { quoteId, orderId, customerId } = input
    const found = await findQuote(db, quoteId)
    const counted = found?.countedPromotions ?? []
    const isCapped = counted.length > 0 && (await isCappedByCustomer(db, counted))
    const user = isCapped ? await findCouponUser(calls, db, customerId) : { customerId, mailbox: undefined }
    return commit(async (tx) => {
      const [accepted, isErased] = await Promise.all([findAccepted(tx, key), tx.isErased(customerId)])
      if (accepted !== undefined) return { total: toRpcMoney(accepted) }
      if (found === undefined || (found.customerId !== undefined && found.customerId !== customerId)) {
        return refuse('pricing.quote_not_found', 'The quote does not exist.')
      }
      if (Temporal.Instant.compare(found.expiresAt, clock.now()) <= 0) {
        return refuse('pricing.quote_expired', 'The quote has expired.')
      }
      // The order of an erased account is rejected: a use stored now would name the person again.
      if (isErased) return refuse('pricing.quote_not_found', 'The account has been erased.')
      if ('isVerified' in user && !user.isVerified) {
        return refuse('pricing.coupon_email_unverified', 'The e-mail address of the account is not verified.')
      }
      const { total } = found.quote
      const isFirst = await insertAcceptance(tx, { actionKey: key, orderId, quoteId, total })
      if (!isFirst || counted.length === 0) return { total: toRpcMoney(total) }
      const taken = await takeUses(tx, counted, { orderId, ...user })
      if (taken.length < counted.length) return refuse('pricing.coupon_exhausted', 'A coupon has no uses left.')
      for (const { id, name, isExhausted } of taken) {
        if (isExhausted) await tx.publish(promotionExhausted, id, { promotionId: id, name })
      }
      return { total: toRpcMoney(total) }
    })
  }

/** Gives the coupon uses of an order back; one that had accepted nothing counts as released. */
export const releaseQuote =
  ({ clock }: Deps): RpcHandler<PricingService, 'releaseQuote'> =>
  async ({ input, commit }) =>
    commit(async (tx) => {
      await giveBack(tx, input.orderId, clock.now())
      return {}
    })
