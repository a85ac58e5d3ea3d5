import type { Order } from '@stoa/contracts/order/resources'
import { money } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { erasedCountry, orderFact } from './order-fact.ts'

const eur = (amount: number) => money(amount, 'EUR')
const order = (address: Partial<Order['shippingAddress']>): Parameters<typeof orderFact>[0] => ({
  id: 'order' as never,
  number: 'S-1',
  customerId: 'ada' as never,
  channel: 'phone',
  items: [
    {
      sku: 'TEA',
      name: 'Tea',
      quantity: 2,
      unitPrice: eur(600),
      priceList: 'retail',
      discount: eur(10),
      tax: eur(190),
      total: eur(1_190),
    },
  ],
  total: eur(1_689),
  shipping: eur(499),
  tax: eur(270),
  shippingAddress: { name: 'Ada', line1: '1 Main St', city: 'Albany', postalCode: '12207', country: 'US', ...address },
})

test('says what each line cost, without and with tax, and from which price list', () => {
  expect(orderFact(order({})).lines).toEqual([
    {
      sku: 'TEA',
      quantity: 2,
      total: eur(1_190),
      net: eur(1_000),
      tax: eur(190),
      discount: eur(10),
      priceList: 'retail',
    },
  ])
})

test('says where the order comes from', () => {
  expect(orderFact(order({})).channel).toBe('phone')
})

test('an order that an older release has placed has no price list', () => {
  const { items, ...rest } = order({})
  const [fact] = orderFact({ ...rest, items: items.map(({ priceList: _unknown, ...item }) => item) }).lines
  expect(fact).not.toHaveProperty('priceList')
})

test.each([
  ['NY', 'NY'],
  [' nsw ', 'NSW'],
  ['New York', undefined],
  ['c/o Ada Lovelace', undefined],
  [undefined, undefined],
])('the state %s is the region %s', (state, region) => {
  const fact = orderFact(order(state === undefined ? {} : { state }))
  expect(fact.country).toBe('US')
  expect(fact.region).toBe(region)
})

test('names no country and no person once the account is erased', () => {
  const fact = orderFact(order({ country: erasedCountry, state: 'NY' }))
  expect(fact).not.toHaveProperty('country')
  expect(fact).not.toHaveProperty('region')
  expect(JSON.stringify(orderFact(order({})))).not.toMatch(/Ada|Albany|Main|12207/)
})
