import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeStoa, signal, type Stoa } from '../../cli/tests/stoa-process.ts'
import { availabilityOf, eventually, newCustomer, paymentOf, place, signIn, visit, type Customer } from './shop.ts'
import { system } from './system.ts'

let packed: Stoa

beforeAll(async () => {
  packed = await makeStoa(join(system.home, 'bundles'))
  const { code, err } = await packed.run('up', '--detach', '--pack', '--ports', 'auto')
  if (code !== 0) throw new Error(err)
  visit(`http://127.0.0.1:${(await packed.row('gateway')).port}`)
})
afterAll(() => packed.discard())

/** Sends an order again under its key until it has an outcome. */
function placeUntilAnswered(customer: Customer, key: string) {
  return eventually(async () => {
    const { status, body } = await place(customer, {}, key)
    if (status !== 201 || body.status === 'pending') throw new Error(`answered ${status} ${body?.code ?? body?.status}`)
    return body
  })
}

test('all services are one process, each with its own role, port, log lines and metrics', async () => {
  const rows = (await packed.ps()).filter(({ service }) => service !== 'postgres')
  expect(new Set(rows.map(({ pid }) => pid)).size).toBe(1)
  expect(new Set(rows.map(({ port }) => port)).size).toBe(rows.length)
  await eventually(async () => expect((await packed.ps()).filter(({ state }) => state !== 'ready')).toEqual([]))
  const order = await placeUntilAnswered(await newCustomer(), randomUUID())
  expect(order.status).toBe('confirmed')
  const { out } = await packed.run('logs', 'payment', '--json', '--since', '1h')
  const services = out
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { service: string }).service)
  expect(new Set(services)).toEqual(new Set(['payment']))
  for (const service of ['order', 'payment']) {
    const { port } = await packed.row(service)
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    expect(metrics).toMatch(new RegExp(`^target_info\\{.*service_name="${service}"`, 'm'))
    expect(metrics).not.toMatch(new RegExp(`service_name="(?!${service}")`))
  }
})

test('killed under orders, all come back: every key has one order in an end state, and the books agree', async () => {
  const staff = await signIn('staff@stoa.example')
  const before = await availabilityOf('TEA-GREEN-100')
  const customers = await Promise.all(Array.from({ length: 12 }, () => newCustomer()))
  const victim = await packed.row('order')
  const placed = customers.map((customer) => placeUntilAnswered(customer, randomUUID()))
  await Promise.race(placed)
  signal(victim, 'SIGKILL')
  const orders = await Promise.all(placed)
  expect((await packed.row('order')).pid).not.toBe(victim.pid)
  expect(new Set(orders.map(({ id }) => id)).size).toBe(customers.length)
  for (const { id, status, total } of orders) {
    const payment = await paymentOf(id, staff)
    const paid = (payment?.captured.amount ?? 0) - (payment?.refunded.amount ?? 0)
    expect(paid, `order ${id} is ${status}`).toBe(status === 'rejected' ? 0 : total.amount)
  }
  const sold = orders.filter(({ status }) => status !== 'rejected').length
  await eventually(async () => expect(before.available - (await availabilityOf('TEA-GREEN-100')).available).toBe(sold))
})
