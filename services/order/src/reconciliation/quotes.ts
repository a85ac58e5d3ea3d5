import { fromRpcMoney } from '@stoa/kernel'
import type { AcceptanceRecord, Difference, OrderRecord } from '../domain/records.ts'
import { pageSize, type Comparer, type OrderCalls, type Outcome, type Report } from './comparer.ts'

/** Accepted quotes with the coupons that they use up, and the totals of promotions. */
export const quotes: Comparer = {
  keeper: 'pricing',
  areas: ['quote', 'coupon', 'promotion'],
  countedAs: 'quotes',
  fetch: async (calls, wanted) =>
    (await calls.pricing.listAcceptances(wanted)).acceptances.map((acceptance) => ({
      orderId: acceptance.orderId,
      record: { acceptance: acceptanceRecord(acceptance) },
    })),
  compare: (order, outcome, { acceptance }, report) => compareAcceptance(order, outcome, acceptance, report),
  findOrphan: ({ acceptance }, report) => {
    if (acceptance?.quoteId !== undefined && !acceptance.isReleased)
      report('quote.orphan', 'an order', `accepted quote ${acceptance.quoteId}`)
    if (acceptance !== undefined && acceptance.uses > 0)
      report('coupon.orphan', 'an order', `${acceptance.uses} used up`)
  },
  totals: { countedAs: 'promotions', check: checkPromotions },
}

function compareAcceptance(
  order: OrderRecord,
  outcome: Outcome,
  acceptance: AcceptanceRecord | undefined,
  report: Report,
): void {
  const hasAccepted = acceptance?.quoteId !== undefined && !acceptance.isReleased
  if (outcome === 'ended') {
    if (hasAccepted) report('quote.kept', 'none, or released', `accepted quote ${acceptance.quoteId}`)
  } else if (!hasAccepted) {
    report(
      'quote.missing',
      `quote ${order.quoteId} accepted`,
      acceptance?.isReleased === true ? 'released' : 'none accepted',
    )
  } else if (acceptance.quoteId !== order.quoteId || !isSameSum(acceptance, order)) {
    const { total, quoteId } = acceptance
    const found = `quote ${quoteId} over ${total?.amount} ${total?.currency}`
    report('quote.differs', `quote ${order.quoteId} over ${order.total.amount} ${order.total.currency}`, found)
  }
  if (acceptance !== undefined && acceptance.uses > 0 && !(hasAccepted && outcome === 'carried_out'))
    report('coupon.kept', 'no coupon used up', `${acceptance.uses} used up`)
}

function isSameSum({ total }: AcceptanceRecord, order: OrderRecord): boolean {
  return total?.amount === order.total.amount && total.currency === order.total.currency
}

type WireAcceptance = Awaited<ReturnType<OrderCalls['pricing']['listAcceptances']>>['acceptances'][number]

function acceptanceRecord({ orderId, quoteId, total, released, uses }: WireAcceptance): AcceptanceRecord {
  return {
    orderId,
    quoteId: quoteId === '' ? undefined : quoteId,
    total: total === undefined ? undefined : fromRpcMoney(total),
    isReleased: released,
    uses,
  }
}

async function checkPromotions(calls: OrderCalls) {
  const differences: Difference[] = []
  let count = 0
  let afterPromotionId = ''
  do {
    const page = await calls.pricing.checkPromotions({ afterPromotionId, limit: pageSize })
    for (const { promotionId, name, uses, noted } of page.differences) {
      const subject = `${promotionId} ${name}`
      differences.push({ kind: 'promotion.uses_differ', subject, expected: `${noted} noted`, found: `${uses} counted` })
    }
    count += page.promotions
    afterPromotionId = page.nextAfterPromotionId
  } while (afterPromotionId !== '')
  return { differences, count }
}
