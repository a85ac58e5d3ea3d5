import type { Deps } from '../deps.ts'
import { moneyInWords } from '../domain/delivery.ts'
import { dueInWords, openingInWords, outcomeInWords } from '../domain/dispute-words.ts'
import { notifyOn } from './notify.ts'

/** What staff are told of disputes: that there is one, until when they can respond, and how it ended. */
export function disputeFacts(deps: Deps) {
  return {
    disputeOpened: notifyOn<'disputeOpened'>(deps, {
      kind: 'dispute.opened',
      to: 'staff',
      variables: ({ disputeId, paymentId, amount, reasonCode: reason, isInquiry, evidenceDueBy }, { locale }) => ({
        disputeId,
        paymentId,
        reason,
        amount: moneyInWords(amount, locale),
        what: openingInWords(isInquiry, locale),
        due: dueInWords(evidenceDueBy, locale),
      }),
    }),
    disputeClosed: notifyOn<'disputeClosed'>(deps, {
      kind: 'dispute.closed',
      to: 'staff',
      variables: ({ paymentId, amount, outcome }, { locale }) => ({
        paymentId,
        amount: moneyInWords(amount, locale),
        outcome: outcomeInWords(outcome, locale),
      }),
    }),
  }
}
