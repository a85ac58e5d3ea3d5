import { times } from '../engine/count-pattern.ts'
import { stream } from '../engine/stream.ts'
import { dayMs, minuteMs } from './durations.ts'

/** Three payments of one customer that were declined within 5 minutes: a stolen card is tried out, or a customer needs help. */
export const failedPayments = stream('failed-payments')
  .keyBy(({ data }) => ({ customerId: data.customerId }))
  .pattern(times(3, { withinMs: 5 * minuteMs, latenessMs: dayMs }))
