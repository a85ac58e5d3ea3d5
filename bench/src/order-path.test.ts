import { expect, test } from 'vitest'
import { divideCpu, orderPath, shopOrderPath } from './order-path.ts'

const service = (name: string, ...callees: string[]) =>
  ({ name, contract: { calls: Object.fromEntries(callees.map((callee) => [callee, {}])) } }) as never

test('follows the calls that order and those behind it declare, also in a circle', () => {
  const services = [
    service('order', 'payment'),
    service('payment', 'order', 'bank'),
    service('bank'),
    service('letters'),
  ]
  expect([...orderPath({ services })].toSorted()).toEqual(['bank', 'gateway', 'order', 'payment', 'registry'])
})

test('an order of the shop waits for stock, price, payment and shipping, and not for the invoice', async () => {
  const path = await shopOrderPath()
  expect([...path]).toEqual(expect.arrayContaining(['inventory', 'pricing', 'payment', 'shipping']))
  expect(path).not.toContain('billing')
})

test('divides all CPU, that of PostgreSQL by the service it works for', () => {
  const cpu = new Map([
    ['order', 1],
    ['postgres for order', 2],
    ['billing', 4],
    ['postgres for billing', 8],
    ['postgres', 16],
    ['supervisor', 32],
  ])
  expect(divideCpu(cpu, new Set(['order']))).toEqual({ path: 3, followers: 12, shared: 48 })
})
