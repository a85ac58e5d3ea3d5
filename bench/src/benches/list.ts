import type { Bench } from '../figure.ts'
import { catalogue } from './catalogue.ts'
import { checkout } from './checkout.ts'
import { eventLog } from './event-log.ts'
import { events } from './events.ts'
import { eventstore } from './eventstore.ts'
import { inference } from './inference.ts'
import { overload } from './overload.ts'
import { oversell } from './oversell.ts'
import { rpc } from './rpc.ts'
import { saga } from './saga.ts'
import { start } from './start.ts'
import { statements } from './statements.ts'

/** Every bench, in the order in which they run. */
export const benches: readonly Bench[] = [
  start,
  checkout,
  statements,
  rpc,
  overload,
  oversell,
  catalogue,
  eventLog,
  saga,
  events,
  eventstore,
  inference,
]
