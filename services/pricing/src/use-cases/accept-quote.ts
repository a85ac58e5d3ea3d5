import type { RpcHandler, RpcRefusal } from '@stoa/contract'
import { promotionExhausted } from '@stoa/contracts/pricing/events'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { toRpcMoney } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { findAccepted, findQuote, giveBack, insertAcceptance, takeUses, type StoredQuote } from '../store/quotes.ts'
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
      const wrong = whyUnusable(found, customerId, clock.now())
      if (found === undefined || wrong !== undefined) {
        const before = await findAccepted(tx, key)
        return before === undefined ? refuse(wrong ?? unknownQuote) : { total: toRpcMoney(before) }
      }
      const { total } = found.quote
      // A refusal takes it back.
      const isFirst = await insertAcceptance(tx, { actionKey: key, orderId, quoteId, total, customerId })
      const accepted = isFirst ? undefined : await findAccepted(tx, key)
      if (accepted !== undefined) return { total: toRpcMoney(accepted) }
      // The order of an erased account is rejected: a use stored now would name the person again.
      if (!isFirst && (await tx.isErased(customerId)))
        return refuse('pricing.quote_not_found', 'The account has been erased.')
      if ('isVerified' in user && !user.isVerified) {
        return refuse('pricing.coupon_email_unverified', 'The e-mail address of the account is not verified.')
      }
      if (!isFirst || counted.length === 0) return { total: toRpcMoney(total) }
      const taken = await takeUses(tx, counted, { orderId, ...user })
      if (taken.length < counted.length) return refuse('pricing.coupon_exhausted', 'A coupon has no uses left.')
      for (const { id, name, isExhausted } of taken) {
        if (isExhausted) await tx.publish(promotionExhausted, id, { promotionId: id, name })
      }
      return { total: toRpcMoney(total) }
    })
  }

const unknownQuote = { code: 'pricing.quote_not_found', detail: 'The quote does not exist.' } as const

function whyUnusable(
  found: StoredQuote | undefined,
  customerId: string,
  at: Temporal.Instant,
): RpcRefusal<PricingService, 'acceptQuote'> | undefined {
  if (found === undefined || (found.customerId !== undefined && found.customerId !== customerId)) return unknownQuote
  if (Temporal.Instant.compare(found.expiresAt, at) > 0) return undefined
  return { code: 'pricing.quote_expired', detail: 'The quote has expired.' }
}

/** Gives the coupon uses of an order back; one that had accepted nothing counts as released. */
export const releaseQuote =
  ({ clock }: Deps): RpcHandler<PricingService, 'releaseQuote'> =>
  async ({ input, commit }) =>
    commit(async (tx) => {
      await giveBack(tx, input.orderId, clock.now())
      return {}
    })
