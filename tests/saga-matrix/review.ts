import { randomUUID } from 'node:crypto'
import { eventually } from '@stoa/testing'
import { untilStatus } from './journeys.ts'
import type { World } from './world.ts'

/** Waits until the order is on hold, and has a person end the review of its payment. */
export async function approveWhenHeld(world: World, orderId: string, outcome = 'approved'): Promise<void> {
  const { shop, system } = world
  await untilStatus(world, orderId, 'on_hold')
  const { rows } = await system.database('payment').query('select id from payments where order_id = $1', [orderId])
  const asked = { as: shop.admin, key: randomUUID(), body: { outcome } }
  await eventually(async () => {
    const { status, body } = await shop.ask('POST', `/api/v1/payments/${rows[0].id}/review`, asked)
    if (status !== 200) throw new Error(`review answered ${status} ${JSON.stringify(body)}`)
  })
}
