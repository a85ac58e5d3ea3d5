import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Bench, BenchOptions, Figure } from '../figure.ts'
import { ask, makeShopper, type PlacedOrder, type Shopper } from '../shopper.ts'
import { machineSettings, makeSystem, type SystemUnderTest } from '../system-under-test.ts'

const sku = 'LIMITED-10'
const ended = ['confirmed', 'picking', 'shipped', 'delivered', 'completed', 'rejected', 'cancelled']

interface Race {
  readonly buyers: number
  readonly units: number
}

/** More buyers than units, all at once, over several processes of those who sell. */
export const oversell: Bench = {
  name: 'oversell',
  summary: '200 buyers race for 50 units over two processes of order and of inventory, ten times; exact each time',
  async run(options) {
    const system = await makeSystem({ LOG_LEVEL: 'warn' })
    try {
      await system.start('--scale', 'order=2', '--scale', 'inventory=2')
      return await races(system, options)
    } finally {
      await system.stop()
      await system.remove()
    }
  },
}

async function races(system: SystemUnderTest, { isSmoke, note }: BenchOptions): Promise<Figure[]> {
  const race: Race = isSmoke ? { buyers: 12, units: 5 } : { buyers: 200, units: 50 }
  const runs = isSmoke ? 1 : 10
  note(`${race.buyers} buyers register`)
  const shoppers: Shopper[] = []
  while (shoppers.length < race.buyers) {
    const some = Array.from({ length: Math.min(10, race.buyers - shoppers.length) }, () =>
      makeShopper(system.gatewayUrl),
    )
    shoppers.push(...(await Promise.all(some)))
  }
  const books = booksOf(system.gatewayUrl, (await system.stoa('token', '--user', 'admin@stoa.example')).trim())
  const settings = { ...machineSettings(), ...race, runs, order: 2, inventory: 2 }
  const figures: Figure[] = []
  for (let run = 1; run <= runs; run++) {
    note(`race ${run} of ${runs}`)
    await books.stockUpTo(race.units)
    const startedAt = performance.now()
    const orders = await Promise.all(shoppers.map(buyOne))
    const seconds = (performance.now() - startedAt) / 1_000
    const differences = [...countedWrongly(orders, race), ...(await books.differences(orders))]
    for (const difference of differences) note(`race ${run}: ${difference}`)
    const confirmed = orders.filter(({ status }) => status !== 'rejected').length
    const metric = `race ${run}: ${confirmed} sold in ${seconds.toFixed(1)} s; differences`
    figures.push({ bench: 'oversell', metric, ours: differences.length, unit: '', target: { atMost: 0 }, settings })
  }
  return figures
}

async function buyOne(shopper: Shopper): Promise<PlacedOrder> {
  let order = await shopper.placeOrder(sku)
  while (!ended.includes(order.status)) {
    await delay(200)
    order = await shopper.readOrder(order.id)
  }
  return order
}

function countedWrongly(orders: readonly PlacedOrder[], { buyers, units }: Race): string[] {
  const rejected = orders.filter(
    ({ status, reason }) => status === 'rejected' && reason === 'inventory.insufficient_stock',
  )
  const sold = orders.filter(({ status }) => status !== 'rejected' && status !== 'cancelled')
  const differences: string[] = []
  if (sold.length !== units) differences.push(`${sold.length} orders were confirmed and there were ${units} units`)
  if (rejected.length !== buyers - units) {
    differences.push(`${rejected.length} orders were rejected for want of stock, expected ${buyers - units}`)
  }
  return differences
}

interface Stock {
  readonly available: number
  readonly onHand: number
  readonly reserved: number
}

/** What inventory and payment have written down. */
function booksOf(gatewayUrl: string, token: string) {
  const headers = { authorization: `Bearer ${token}` }
  const read = async <T>(path: string) =>
    (await ask<{ items: readonly T[] }>(gatewayUrl, path, undefined, headers)).items
  const stock = async () => {
    const [found] = await read<Stock>(`/api/v1/inventory/availability?sku=${sku}`)
    if (found === undefined) throw new Error(`there is no stock of ${sku}`)
    return found
  }
  const capturedFor = async (orderId: string) => {
    const payments = await read<{ captured: { amount: number }; refunded: { amount: number } }>(
      `/api/v1/payments?orderId=${orderId}`,
    )
    return payments.reduce((sum, { captured, refunded }) => sum + captured.amount - refunded.amount, 0)
  }
  return {
    async stockUpTo(units: number): Promise<void> {
      const [warehouse] = await read<{ id: string }>('/api/v1/inventory/warehouses')
      const delta = units - (await stock()).available
      if (delta === 0) return
      const body = { sku, warehouseId: warehouse?.id, delta, reason: 'a race' }
      await ask(gatewayUrl, '/api/v1/inventory/adjustments', body, { ...headers, 'idempotency-key': randomUUID() })
    },
    /** Where stock, movements, payments and orders do not say the same. */
    async differences(orders: readonly PlacedOrder[]): Promise<string[]> {
      const differences: string[] = []
      const { available, onHand, reserved } = await stock()
      if (available !== 0 || onHand !== reserved) {
        differences.push(`${available} are left to sell, ${onHand} on hand, ${reserved} promised`)
      }
      for (const { id, status, total } of orders) {
        const expected = status === 'rejected' || status === 'cancelled' ? 0 : total.amount
        const captured = await capturedFor(id)
        if (captured !== expected)
          differences.push(`order ${id} is ${status} and ${captured} was taken, not ${expected}`)
      }
      return differences
    },
  }
}
