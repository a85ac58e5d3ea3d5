import type { ReturnedLine } from '@stoa/contracts/sales/resources'
import { addMoney, allocate, subtractMoney, sumMoney, type Money } from '@stoa/kernel'
import { unitsOf, type RecordedSale } from './sale.ts'

type Sold = Pick<RecordedSale, 'lines' | 'shipping' | 'total' | 'returned' | 'returnedLines'>

/** Whether all goods have come back. */
export function isAll({ lines }: Pick<Sold, 'lines'>, came: readonly ReturnedLine[]): boolean {
  const back = new Map(unitsOf(came).map(({ sku, quantity }) => [sku, quantity]))
  return unitsOf(lines).every(({ sku, quantity }) => (back.get(sku) ?? 0) >= quantity)
}

/**
 * The value of goods that come back after those that came before: of each SKU its share of what was paid for it, to the minor unit,
 * and with the last of the goods also the shipping. The values of a sale that comes back in any parts add up to its total.
 */
export function returnedValue(sale: Sold, lines: readonly ReturnedLine[]): Money {
  const came = unitsOf([...sale.returnedLines, ...lines])
  const units = came.flatMap(({ sku, quantity }) => unitPrices(sale, sku).slice(0, quantity))
  const goods = sumMoney(units, sale.total.currency)
  const value = isAll(sale, came) ? addMoney(goods, sale.shipping) : goods
  return subtractMoney(value, sale.returned)
}

/** The price of each unit of a SKU, over all lines with it: which line a unit was on is unknown. */
function unitPrices({ lines, total }: Sold, sku: string): Money[] {
  const ofSku = lines.filter((line) => line.sku === sku)
  const count = ofSku.reduce((sum, { quantity }) => sum + quantity, 0)
  if (count === 0) return []
  const paid = sumMoney(
    ofSku.map((line) => line.total),
    total.currency,
  )
  return allocate(
    paid,
    Array.from({ length: count }, () => 1),
  )
}
