import { closedRange, compact, toRpcMoney } from '@stoa/kernel'
import type { RpcHandler } from '@stoa/contract'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { comparePromotions, listAccepted } from '../store/acceptances.ts'

/** What orders have accepted and used up, for reconciliation. */
export const listAcceptances: RpcHandler<PricingService, 'listAcceptances'> = async ({
  input: { orderIds, range },
  db,
}) => {
  const found = await listAccepted(db, range === undefined ? orderIds : closedRange(range))
  return {
    acceptances: found.map(({ orderId, quoteId, total, isReleased, uses }) => ({
      orderId,
      quoteId: quoteId ?? '',
      released: isReleased,
      uses,
      ...compact({ total: total === null ? undefined : toRpcMoney(total) }),
    })),
  }
}

/** Compares promotions with the uses that are noted of them, a page at a time. */
export const checkPromotions: RpcHandler<PricingService, 'checkPromotions'> = async ({
  input: { afterPromotionId, limit },
  db,
}) => {
  const size = Math.min(Math.max(1, limit), 1_000)
  const page = await comparePromotions(db, afterPromotionId === '' ? undefined : afterPromotionId, size)
  const last = page.at(-1)
  return {
    differences: page
      .filter(({ uses, noted }) => uses !== noted)
      .map(({ id, name, uses, noted }) => ({ promotionId: id, name, uses, noted })),
    promotions: page.length,
    nextAfterPromotionId: page.length < size || last === undefined ? '' : last.id,
  }
}
