import type { RecordKeeper, Difference } from '../domain/records.ts'
import type { OrderCalls } from './fetch-records.ts'

const pageSize = 500

/** The result of the comparison of totals. */
interface Checked {
  readonly differences: readonly Difference[]
  readonly stockPlaces: number
  readonly promotions: number
}

/** Makes inventory and pricing compare their totals with the underlying records, one page at a time. */
export async function checkTotals(calls: OrderCalls, asked: ReadonlySet<RecordKeeper>): Promise<Checked> {
  const stock = asked.has('inventory') ? await checkStock(calls) : { differences: [], places: 0 }
  const pricing = asked.has('pricing') ? await checkPromotions(calls) : { differences: [], promotions: 0 }
  return {
    differences: [...stock.differences, ...pricing.differences],
    stockPlaces: stock.places,
    promotions: pricing.promotions,
  }
}

async function checkStock(calls: OrderCalls) {
  const differences: Difference[] = []
  let places = 0
  let afterSku = ''
  do {
    const page = await calls.inventory.checkStock({ afterSku, limit: pageSize })
    for (const { sku, warehouseId, onHand, moved, reserved, promised } of page.differences) {
      const subject = `${sku} ${warehouseId}`
      if (onHand !== moved)
        differences.push({
          kind: 'stock.on_hand_differs',
          subject,
          expected: `${moved} moved`,
          found: `${onHand} on hand`,
        })
      if (reserved !== promised)
        differences.push({
          kind: 'stock.reserved_differs',
          subject,
          expected: `${promised} promised`,
          found: `${reserved} reserved`,
        })
    }
    places += page.places
    afterSku = page.nextAfterSku
  } while (afterSku !== '')
  return { differences, places }
}

async function checkPromotions(calls: OrderCalls) {
  const differences: Difference[] = []
  let promotions = 0
  let afterPromotionId = ''
  do {
    const page = await calls.pricing.checkPromotions({ afterPromotionId, limit: pageSize })
    for (const { promotionId, name, uses, noted } of page.differences) {
      const subject = `${promotionId} ${name}`
      differences.push({ kind: 'promotion.uses_differ', subject, expected: `${noted} noted`, found: `${uses} counted` })
    }
    promotions += page.promotions
    afterPromotionId = page.nextAfterPromotionId
  } while (afterPromotionId !== '')
  return { differences, promotions }
}
