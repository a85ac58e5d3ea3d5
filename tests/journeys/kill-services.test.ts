import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { processesOf, signal } from '../../cli/tests/stoa-process.ts'
import { address, ask, availabilityOf, eventually, newCustomer, paymentOf, signIn, type Customer } from './shop.ts'
import { system } from './system.ts'

const rows = () => processesOf(system.home)
const ends = ['confirmed', 'picking', 'shipped', 'delivered', 'completed', 'rejected', 'cancelled']

/** Sends an order again under its key until it is answered with an outcome. */
async function placeUntilAnswered(customer: Customer, key: string): Promise<string> {
  return eventually(async () => {
    const body = {
      items: [{ sku: 'TEA-GREEN-100', quantity: 1 }],
      shippingAddress: address,
      paymentMethodId: customer.paymentMethodId,
    }
    const answer = await ask('POST', '/api/v1/orders', {
      as: customer.token,
      key,
      body,
      headers: { prefer: 'wait=10' },
    })
    if (answer.status !== 201) throw new Error(`answered ${answer.status} ${answer.body?.code}`)
    return answer.body.id as string
  })
}

test(
  'each service is killed in turn under orders under way: every key has one order in an end state, nothing is left over',
  { timeout: 1_800_000 },
  async () => {
    const staff = await signIn('staff@stoa.example')
    const before = await availabilityOf('TEA-GREEN-100')
    const services = [...new Set((await rows()).map(({ service }) => service))].filter(
      (service) => service !== 'postgres',
    )
    const placed: string[] = []
    const customers = await Promise.all(Array.from({ length: 10 }, () => newCustomer()))
    const buyers = [...customers, ...customers, ...customers, ...customers, ...customers]
    for (const service of services) {
      const orders = buyers.map((customer) => placeUntilAnswered(customer, randomUUID()))
      const victim = (await rows()).find((row) => row.service === service)
      signal(victim ?? {}, 'SIGKILL')
      placed.push(...(await Promise.all(orders)))
      await eventually(async () => expect((await rows()).every(({ state }) => state === 'ready')).toBe(true))
    }
    expect(new Set(placed).size).toBe(services.length * buyers.length)
    let sold = 0
    for (const id of placed) {
      const order = await eventually(async () => {
        const { body } = await ask('GET', `/api/v1/orders/${id}`, { as: staff })
        expect(ends).toContain(body.status)
        return body
      })
      const isSold = order.status !== 'rejected' && order.status !== 'cancelled'
      if (isSold) sold += 1
      const payment = await paymentOf(id, staff)
      const paid = (payment?.captured.amount ?? 0) - (payment?.refunded.amount ?? 0)
      expect(paid, `order ${id} is ${order.status}`).toBe(isSold ? order.total.amount : 0)
    }
    await eventually(async () => {
      const after = await availabilityOf('TEA-GREEN-100')
      // what was sold has left the shelf or is still promised; nothing else is held
      expect(before.available - after.available).toBe(sold)
    })
  },
)
