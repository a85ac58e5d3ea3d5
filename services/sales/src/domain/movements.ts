import type { Channel } from '@stoa/contracts/sales/resources'
import type { SalesChannel } from '@stoa/contracts/shared/sales-channel'
import { money } from '@stoa/kernel'
import type { SaleEvent } from './sale.ts'

/** What some events add to the revenue of a day, in one currency and channel; amounts in minor units. */
export interface Movement {
  readonly day: string
  readonly currency: string
  readonly channel: Channel
  /** Empty without an order, and if its channel is unknown. */
  readonly orderChannel: SalesChannel | ''
  readonly sales: number
  readonly gross: number
  readonly voided: number
  readonly returned: number
}

/** The sums of some events by day (UTC), currency, channel and channel of the order, sorted. */
export function movementsOf(events: readonly SaleEvent[]): Movement[] {
  const sums = new Map<string, Movement>()
  for (const event of events) {
    const movement = movementOf(event)
    const key = [movement.day, movement.currency, movement.channel, movement.orderChannel].join(' ')
    const before = sums.get(key)
    sums.set(key, before === undefined ? movement : add(before, movement))
  }
  return [...sums].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, movement]) => movement)
}

function movementOf(event: SaleEvent): Movement {
  const { at, channel } = event.data
  const orderChannel: Movement['orderChannel'] = event.data.orderChannel ?? ''
  const { amount, currency } = event.type === 'sale-recorded' ? event.data.total : event.data.amount
  const day = Temporal.Instant.from(at).toZonedDateTimeISO('UTC').toPlainDate().toString()
  const none = { day, currency, channel, orderChannel, sales: 0, gross: 0, voided: 0, returned: 0 }
  switch (event.type) {
    case 'sale-recorded':
      return { ...none, sales: 1, gross: amount }
    case 'sale-voided':
      return { ...none, voided: amount }
    case 'goods-returned':
      return { ...none, returned: amount }
  }
}

/** Throws for a sum that a number cannot hold: the events are then applied one by one, and added up by the database. */
function add(one: Movement, other: Movement): Movement {
  const { currency } = one
  const sum = (left: number, right: number) => money(left + right, currency).amount
  return {
    ...one,
    sales: one.sales + other.sales,
    gross: sum(one.gross, other.gross),
    voided: sum(one.voided, other.voided),
    returned: sum(one.returned, other.returned),
  }
}
