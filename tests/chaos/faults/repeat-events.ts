import type { LogRecord } from '@stoa/events'
import { system as shop } from '@stoa/systems/shop'
import type { Fault } from '../fault.ts'
import { makeRandom } from '../random.ts'
import { withLog } from './with-log.ts'

/** A service's events of the last moments stand in the log once more, in any order: a message twice, old after new. */
export const repeatEvents: Fault = {
  kind: 'repeat events',
  weight: 1,
  plan(random) {
    const publishers = shop.services.filter(({ contract }) => Object.keys(contract?.publishes ?? {}).length > 0)
    const { name } = random.pick(publishers)
    const count = random.between(1, 100)
    const order = random.between(1, 1_000_000)
    return {
      what: `${count} events of ${name} again, in another order`,
      run: (system) =>
        withLog(system, async (log) => {
          const topic = `${name}.events`
          const since = Temporal.Now.instant().subtract({ seconds: 60 })
          const { events } = await log.read({ topics: [topic], from: { since }, limit: 100 })
          const records = events.slice(-count).map(({ id, type, event }): LogRecord => {
            const { partitionkey } = JSON.parse(event) as { readonly partitionkey: string }
            return { id, type, key: partitionkey, event }
          })
          if (records.length > 0) await log.append({ topic, records: makeRandom(order, 'order').shuffle(records) })
        }),
    }
  },
}
