import type { NewSaleLine, Reason, ReturnedLine, SaleLine } from '@stoa/contracts/sales/resources'
import type { SalesChannel } from '@stoa/contracts/shared/sales-channel'
import { compact, isCurrency, money, subtractMoney, sumMoney, zero, type Money } from '@stoa/kernel'
import { isAll, returnedValue } from './returned-value.ts'
import { originOf, unitsOf, type RecordedSale, type SaleEvent, type SaleState } from './sale.ts'

/** The codes with which commands are refused. */
export type SaleRefusalCode =
  | 'sales.not_found'
  | 'sales.not_for_sale'
  | 'sales.currency_unknown'
  | 'sales.currency_mixed'
  | 'sales.discount_exceeds_price'
  | 'sales.discount_needs_manager'
  | 'sales.total_too_high'
  | 'sales.follows_order'
  | 'sales.voided'
  | 'sales.has_returns'
  | 'sales.return_exceeds_sale'

/** A command that the rules do not allow. */
export interface SaleRefusal {
  readonly kind: 'refused'
  readonly code: SaleRefusalCode
  readonly detail: string
  /** The wrong fields of the request. */
  readonly fields?: readonly { readonly pointer: string; readonly detail: string }[]
}

/** The commands of a sale; the first two record it, those of orders come from the events of an order. */
export type SaleCommand = (
  | {
      readonly kind: 'sell'
      readonly till: string
      readonly lines: readonly NewSaleLine[]
      readonly mayDiscount: boolean
      /** The SKUs of active products among those of the lines. */
      readonly forSale: readonly string[]
    }
  | {
      readonly kind: 'record-order'
      readonly orderNumber: string
      /** Undefined for an order of a release without channels. */
      readonly orderChannel?: SalesChannel | undefined
      readonly lines: readonly SaleLine[]
      readonly total: Money
    }
  | { readonly kind: 'void'; readonly reason: Reason }
  | { readonly kind: 'cancel-order' }
  | { readonly kind: 'return'; readonly lines: readonly ReturnedLine[]; readonly reason: Reason }
  | { readonly kind: 'return-order'; readonly lines: readonly ReturnedLine[] }
) & {
  /** When it happens, or happened at the order. */
  readonly at: string
}

/** The highest total of a sale in minor units: 900,000 of them can be added up exactly. */
export const highestTotal = 10_000_000_000

type Command<Kind> = Extract<SaleCommand, { readonly kind: Kind }>
type Decision = readonly SaleEvent[] | SaleRefusal

/** Decides a command. */
export function decideSale(command: SaleCommand, sale: SaleState): Decision {
  switch (command.kind) {
    case 'sell':
      return sale === undefined ? decideSell(command) : []
    case 'record-order':
      return sale === undefined ? recordOrder(command) : []
    case 'cancel-order':
      // an order that is cancelled before it is confirmed has no sale
      return sale === undefined || sale.status === 'voided' ? [] : [voided(sale, 'order_cancelled', command.at)]
    case 'return-order':
      return sale === undefined || sale.status === 'voided'
        ? []
        : returned(sale, { ...command, reason: 'order_returned' })
    case 'void':
      return decideVoid(command, sale)
    case 'return':
      return decideReturn(command, sale)
  }
}

function decideSell({ till, lines: asked, mayDiscount, forSale, at }: Command<'sell'>): Decision {
  const currency = asked[0]?.unitPrice.currency ?? ''
  if (!isCurrency(currency)) {
    const fields = [{ pointer: '/lines/0/unitPrice/currency', detail: 'is not a currency of ISO 4217' }]
    return refuse('sales.currency_unknown', `${currency} is not a currency.`, fields)
  }
  const lines: SaleLine[] = []
  for (const [index, { sku, quantity, unitPrice, discount = zero(currency) }] of asked.entries()) {
    if (!forSale.includes(sku))
      return refuse('sales.not_for_sale', `${sku} is not for sale.`, wrongLine(index, 'is not for sale'))
    if (unitPrice.currency !== currency || discount.currency !== currency)
      return refuse('sales.currency_mixed', 'A sale has one currency.', wrongLine(index, `must be in ${currency}`))
    const price = money(unitPrice.amount * quantity, currency)
    if (discount.amount > price.amount)
      return refuse(
        'sales.discount_exceeds_price',
        'The discount exceeds the price.',
        wrongLine(index, 'has too high a discount'),
      )
    if (discount.amount * 5 > price.amount && !mayDiscount)
      return refuse(
        'sales.discount_needs_manager',
        'A discount over 20 % needs a manager.',
        wrongLine(index, 'is over 20 %'),
      )
    lines.push({ sku, quantity, unitPrice, discount, total: subtractMoney(price, discount) })
  }
  const total = sumMoney(
    lines.map((line) => line.total),
    currency,
  )
  if (total.amount > highestTotal)
    return refuse('sales.total_too_high', `A sale has at most ${highestTotal} minor units.`)
  return [{ type: 'sale-recorded', data: { channel: 'pos', at, till, lines, shipping: zero(currency), total } }]
}

function wrongLine(index: number, detail: string) {
  return [{ pointer: `/lines/${index}`, detail }]
}

function recordOrder({ orderNumber, orderChannel, lines, total, at }: Command<'record-order'>): Decision {
  const goods = sumMoney(
    lines.map((line) => line.total),
    total.currency,
  )
  const shipping = subtractMoney(total, goods)
  const origin = { channel: 'online' as const, ...compact({ orderChannel }) }
  return [{ type: 'sale-recorded', data: { ...origin, at, orderNumber, lines, shipping, total } }]
}

function decideVoid({ reason, at }: Command<'void'>, sale: SaleState): Decision {
  const refused = refuseChange(sale)
  if (refused !== undefined || sale === undefined) return refused ?? []
  if (sale.returnedLines.length > 0) return refuse('sales.has_returns', 'Goods of the sale were returned.')
  return [voided(sale, reason, at)]
}

function decideReturn(command: Command<'return'>, sale: SaleState): Decision {
  const refused = refuseChange(sale)
  if (refused !== undefined || sale === undefined) return refused ?? []
  const { lines } = command
  const left = new Map(unitsOf(sale.lines).map(({ sku, quantity }) => [sku, quantity]))
  for (const { sku, quantity } of sale.returnedLines) left.set(sku, (left.get(sku) ?? 0) - quantity)
  for (const [index, { sku, quantity }] of lines.entries()) {
    const units = left.get(sku) ?? 0
    if (quantity > units)
      return refuse('sales.return_exceeds_sale', `Of ${sku} ${units} can be returned.`, [
        { pointer: `/lines/${index}/quantity`, detail: `must be at most ${units}` },
      ])
    left.set(sku, units - quantity)
  }
  return returned(sale, command)
}

/** The sale of an order follows its order, and a voided sale is over. */
function refuseChange(sale: SaleState): SaleRefusal | undefined {
  if (sale === undefined) return refuse('sales.not_found', 'The sale does not exist.')
  if (sale.channel === 'online') return refuse('sales.follows_order', 'The sale belongs to an order.')
  if (sale.status === 'voided') return refuse('sales.voided', 'The sale is voided.')
  return undefined
}

function voided(sale: RecordedSale, reason: Reason | 'order_cancelled', at: string): SaleEvent {
  const amount = subtractMoney(sale.total, sale.returned)
  return { type: 'sale-voided', data: { ...originOf(sale), at, amount, reason } }
}

interface Returned {
  readonly lines: readonly ReturnedLine[]
  readonly reason: Reason | 'order_returned'
  readonly at: string
}

function returned(sale: RecordedSale, { lines, reason, at }: Returned): readonly SaleEvent[] {
  if (lines.length === 0) return []
  const amount = returnedValue(sale, lines)
  const all = isAll(sale, [...sale.returnedLines, ...lines])
  return [{ type: 'goods-returned', data: { ...originOf(sale), at, lines: unitsOf(lines), amount, all, reason } }]
}

function refuse(code: SaleRefusalCode, detail: string, fields?: SaleRefusal['fields']): SaleRefusal {
  return { kind: 'refused', code, detail, ...(fields === undefined ? {} : { fields }) }
}
