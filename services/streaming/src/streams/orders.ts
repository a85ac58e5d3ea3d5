import { count, sum } from '../engine/measures.ts'
import { stream } from '../engine/stream.ts'
import { tumbling } from '../engine/window.ts'
import { dayMs, minuteMs } from './durations.ts'

/** Orders per minute, and the revenue of those that were confirmed, by currency. */
export const orders = stream('orders')
  .keyBy(({ data }) => ({ currency: data.total.currency }))
  .window(tumbling({ sizeMs: minuteMs, latenessMs: dayMs }))
  .measure({
    placed: count(({ type }) => type === 'order.created'),
    confirmed: count(({ type }) => type === 'order.confirmed'),
    revenue: sum(({ type, data }) => (type === 'order.confirmed' ? data.total.amount : 0)),
  })
