import { databasesOf } from '../whole-system.ts'
import { ask, eventually, signIn } from './shop.ts'
import { system } from './system.ts'

/** Makes the last event of an order a dead letter of notification, as if it could not be handled. */
export async function parkKeyOf(orderId: string): Promise<void> {
  const as = await signIn('admin@stoa.example')
  const found = await eventually(async () => {
    const path = `/api/v1/ops/order/events?from=last&type=order.confirmed&text=${orderId}`
    const { body } = await ask('GET', path, { as })
    const [item] = body.items
    if (item === undefined) throw new Error('the event is not in the log yet')
    return item
  })
  const { topic, position, event } = found
  const sql = await databasesOf(system.home)
  const key = [topic, orderId]
  await sql('notification', `insert into parked_keys values ('notification', $1, $2, 'dead', now())`, key)
  await sql(
    'notification',
    `insert into dead_letters (consumer_group, topic, partition_key, position, event_id, type, event, state, attempts, failed_at)
     values ('notification', $1, $2, $3, $4, $5, $6, 'dead', 5, now())`,
    [...key, position, event.id, event.type, JSON.stringify(event)],
  )
}
