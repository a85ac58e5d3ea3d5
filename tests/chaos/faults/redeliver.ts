import { system as shop } from '@stoa/systems/shop'
import type { Fault } from '../fault.ts'
import { withLog } from './with-log.ts'

/** A consumer group is set back: it gets its last events once more, after newer ones. */
export const redeliver: Fault = {
  kind: 'redeliver',
  weight: 1,
  plan(random) {
    const group = random.pick(shop.services.filter(({ contract }) => Object.keys(contract?.consumes ?? {}).length > 0))
    const count = random.between(1, 200)
    return {
      what: `the last ${count} events of each partition again to ${group.name}`,
      run: (system) =>
        withLog(system, async (log) => {
          const types = Object.values(group.contract?.consumes ?? {}).map(({ type }) => type)
          const positions = (await log.lag(group.name)).map((each) => ({
            ...each,
            position: Math.max(0, each.position - count),
          }))
          await log.seek(group.name, types, { positions })
        }),
    }
  },
}
