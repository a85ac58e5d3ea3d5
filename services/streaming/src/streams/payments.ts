import { count } from '../engine/measures.ts'
import { stream } from '../engine/stream.ts'
import { tumbling } from '../engine/window.ts'
import { dayMs, minuteMs } from './durations.ts'

/** Payments that were captured and that were declined per minute, by currency: their success rate. */
export const payments = stream('payments')
  .keyBy(({ data }) => ({ currency: data.amount.currency }))
  .window(tumbling({ sizeMs: minuteMs, latenessMs: dayMs }))
  .measure({
    completed: count(({ type }) => type === 'payment.completed'),
    failed: count(({ type }) => type === 'payment.failed'),
  })
