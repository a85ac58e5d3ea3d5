import { groupsOf } from '@stoa/contract'
import { system as shop } from '@stoa/systems/shop'
import type { Asked, Check } from './check.ts'

const publishers = shop.services.filter(({ contract }) => Object.keys(contract?.publishes ?? {}).length > 0)
const consumers = shop.services.filter(({ contract }) => contract !== undefined && groupsOf(contract).length > 0)
const withSagas = shop.services.filter(({ contract }) => Object.keys(contract?.sagas ?? {}).length > 0)

/** Rows of one table in several databases, each with the service's name before it. */
function leftIn(fact: string, services: readonly { readonly name: string }[], text: string): Check<Asked> {
  return {
    fact,
    async complaints({ system }) {
      const found = await Promise.all(
        services.map(async ({ name }) =>
          (await system.sql(name, text)).map((row) => `${name}: ${JSON.stringify(row)}`),
        ),
      )
      return found.flat()
    },
  }
}

/** Nothing that should have been done lies about. */
export const leftOverChecks: readonly Check<Asked>[] = [
  leftIn('the outboxes are empty', publishers, 'select id, type from outbox'),
  leftIn(
    'no event failed for good, and none waits behind one that did',
    consumers,
    `select id, topic, type, event_id, state, attempts, error from dead_letters where state <> 'discarded'`,
  ),
  leftIn('no key is parked', consumers, 'select topic, partition_key, state from parked_keys'),
  leftIn(
    'no saga is under way or stuck',
    withSagas,
    `select id, name, key, state, reason from sagas where state not in ('completed', 'compensated')`,
  ),
  {
    fact: 'every event was handled',
    complaints: async ({ system }) =>
      (await lagOf(system)).map(({ group, topic, lag }) => `${group} is ${lag} behind in ${topic}`),
  },
]

interface Lag {
  readonly group: string
  readonly topic: string
  readonly lag: number
}

/** The groups that have not handled all events of a topic. */
export async function lagOf({ sql }: Pick<Asked['system'], 'sql'>): Promise<Lag[]> {
  const rows = await sql(
    'event_log',
    `select g.name as "group", t.name as topic, sum(p.next_position - o.position)::int as lag
      from consumer_groups g join consumer_offsets o on o.consumer_group = g.name and o.topic = any(g.topics)
      join event_partitions p on p.topic = o.topic and p.part = o.part join event_topics t on t.id = o.topic
      group by 1, 2 having sum(p.next_position - o.position) > 0`,
  )
  return rows as unknown as Lag[]
}
