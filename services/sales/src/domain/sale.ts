import type { Channel, Reason, ReturnedLine, SaleLine, SaleStatus } from '@stoa/contracts/sales/resources'
import type { SalesChannel } from '@stoa/contracts/shared/sales-channel'
import { addMoney, compact, subtractMoney, zero, type Money } from '@stoa/kernel'

/** What every event of a sale has. */
interface Happened {
  readonly channel: Channel
  /** Missing at a point of sale, and in what a release without channels of orders has recorded. */
  readonly orderChannel?: SalesChannel
  /** When it happened; an order may have caused it before it was recorded here. */
  readonly at: string
}

/** A sale was made. */
export interface SaleRecorded {
  readonly type: 'sale-recorded'
  readonly data: Happened & {
    readonly lines: readonly SaleLine[]
    /** What was paid beside the lines. */
    readonly shipping: Money
    readonly total: Money
    readonly orderNumber?: string
    readonly till?: string
  }
}

/** A sale was taken back as a whole. */
export interface SaleVoided {
  readonly type: 'sale-voided'
  readonly data: Happened & { readonly amount: Money; readonly reason: Reason | 'order_cancelled' }
}

/** Goods came back. */
export interface GoodsReturned {
  readonly type: 'goods-returned'
  readonly data: Happened & {
    readonly lines: readonly ReturnedLine[]
    readonly amount: Money
    /** Whether all goods of the sale have come back. */
    readonly all: boolean
    readonly reason: Reason | 'order_returned'
  }
}

/** The events of a sale. */
export type SaleEvent = SaleRecorded | SaleVoided | GoodsReturned

/** A sale that was recorded. */
export interface RecordedSale {
  readonly status: SaleStatus
  readonly soldAt: string
  readonly changedAt: string
  readonly channel: Channel
  readonly orderChannel?: SalesChannel
  readonly lines: readonly SaleLine[]
  readonly shipping: Money
  readonly total: Money
  readonly returned: Money
  readonly returnedLines: readonly ReturnedLine[]
  readonly orderNumber?: string
  readonly till?: string
}

/** A sale; undefined before it is recorded. */
export type SaleState = RecordedSale | undefined

/** The sale after an event. */
export function evolveSale(sale: SaleState, event: SaleEvent): SaleState {
  if (event.type === 'sale-recorded') return recorded(event.data)
  if (sale === undefined) throw new Error(`the first event of a sale is ${event.type}`)
  if (event.type === 'sale-voided') return { ...sale, status: 'voided', changedAt: event.data.at }
  const { all, amount, lines, at } = event.data
  return {
    ...sale,
    changedAt: at,
    status: all ? 'returned' : 'partially_returned',
    returned: addMoney(sale.returned, amount),
    returnedLines: unitsOf([...sale.returnedLines, ...lines]),
  }
}

function recorded({ at, ...sale }: SaleRecorded['data']): RecordedSale {
  const returned = zero(sale.total.currency)
  return { ...sale, status: 'completed', soldAt: at, changedAt: at, returned, returnedLines: [] }
}

/** Where a sale comes from. */
export function originOf({ channel, orderChannel }: Pick<RecordedSale, 'channel' | 'orderChannel'>) {
  return { channel, ...compact({ orderChannel }) }
}

/** What is left of a sale: nothing of a voided one. */
export function netOf({ status, total, returned }: RecordedSale): Money {
  return status === 'voided' ? zero(total.currency) : subtractMoney(total, returned)
}

/** One line for each SKU. */
export function unitsOf(lines: readonly ReturnedLine[]): ReturnedLine[] {
  const units = new Map<string, number>()
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0) + quantity)
  return [...units].map(([sku, quantity]) => ({ sku, quantity }))
}
