import { expect, test } from 'vitest'
import { movementsOf } from './movements.ts'
import type { SaleEvent } from './sale.ts'

const sale = (at: string, amount: number, currency = 'EUR', channel: 'pos' | 'online' = 'pos'): SaleEvent => {
  const total = { amount, currency }
  return { type: 'sale-recorded', data: { channel, at, lines: [], shipping: { amount: 0, currency }, total } }
}

test('counts what happened on a day of UTC, each currency and channel by itself', () => {
  const amount = { amount: 30, currency: 'EUR' }
  expect(
    movementsOf([
      sale('2026-11-29T23:59:59Z', 100),
      sale('2026-11-30T00:30:00+01:00', 50),
      sale('2026-11-29T12:00:00Z', 7, 'USD'),
      sale('2026-11-29T12:00:00Z', 9, 'EUR', 'online'),
      { type: 'sale-voided', data: { channel: 'pos', at: '2026-11-30T00:00:00Z', amount, reason: 'mistake' } },
      {
        type: 'goods-returned',
        data: { channel: 'pos', at: '2026-11-29T00:00:00Z', lines: [], amount, all: false, reason: 'other' },
      },
    ]),
  ).toEqual([
    {
      day: '2026-11-29',
      currency: 'EUR',
      channel: 'online',
      orderChannel: '',
      sales: 1,
      gross: 9,
      voided: 0,
      returned: 0,
    },
    {
      day: '2026-11-29',
      currency: 'EUR',
      channel: 'pos',
      orderChannel: '',
      sales: 2,
      gross: 150,
      voided: 0,
      returned: 30,
    },
    {
      day: '2026-11-29',
      currency: 'USD',
      channel: 'pos',
      orderChannel: '',
      sales: 1,
      gross: 7,
      voided: 0,
      returned: 0,
    },
    {
      day: '2026-11-30',
      currency: 'EUR',
      channel: 'pos',
      orderChannel: '',
      sales: 0,
      gross: 0,
      voided: 30,
      returned: 0,
    },
  ])
})

test('refuses a sum that a number cannot hold', () => {
  const sales = [1, 2].map(() => sale('2026-11-29T12:00:00Z', 2 ** 52 + 1))
  expect(() => movementsOf(sales)).toThrow(RangeError)
})
