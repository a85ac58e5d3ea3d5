import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startInventory, type InventoryApp } from './inventory-app.ts'

let app: InventoryApp
let warehouse = ''

beforeAll(async () => {
  app = await startInventory({ CART_HOLD_MINUTES: '15' })
  warehouse = await app.warehouse('DE-1', 'DE')
})
afterAll(() => app.service.stop())

test('a cart that held stock before the clock was set back holds it for as long as any other', async () => {
  await app.stocked('AHEAD', { [warehouse]: 3 })
  const orderId = newId()
  const body = { orderId, lines: [{ sku: 'AHEAD', quantity: 2 }], country: 'DE' }
  await app.ask('POST', '/api/v1/inventory/reserve', { key: newId(), body })
  await app.service.database.transaction(
    ({ sql }) => sql`
      update reservations set expires_at = expires_at + interval '1 day', updated_at = updated_at + interval '1 day'
      where order_id = ${orderId}`,
  )
  await app.service.runTask('expire-reservations', {})
  await eventually(async () => {
    const [row] = await app.service.database.read.sql<{ minutes: number }>`
      select round(extract(epoch from expires_at - now()) / 60)::int as minutes from reservations where order_id = ${orderId}`
    expect(row).toEqual({ minutes: 15 })
  })
})
