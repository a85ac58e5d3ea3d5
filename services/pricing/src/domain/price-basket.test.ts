import { MAX_MINOR_UNITS } from '@stoa/contract'
import { money, sumMoney } from '@stoa/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Basket, BasketLine, BasketPromotion } from './basket.ts'
import { unitsOf } from './basket-units.ts'
import { unitAmount } from './open-line.ts'
import { priceBasket } from './price-basket.ts'
import { includedTax } from './tax.ts'

const eur = (amount: number) => money(amount, 'EUR')
const line = (more: Partial<BasketLine> = {}): BasketLine => ({
  sku: 'TEA',
  quantity: 1,
  breaks: [{ fromQuantity: 1, amount: 1_000 }],
  taxRateBasisPoints: 1_900,
  isTaxInclusive: true,
  priceList: 'retail',
  ...more,
})
const promotion = (more: Partial<BasketPromotion> = {}): BasketPromotion => ({
  id: 'p1',
  name: 'Spring',
  effect: { kind: 'percentage', basisPoints: 1_000 },
  skus: undefined,
  minSubtotal: undefined,
  isStackable: true,
  priority: 100,
  ...more,
})
const basket = (more: Partial<Basket> = {}): Basket => ({
  currency: 'EUR',
  lines: [line()],
  promotions: [],
  shipping: { charge: eur(499), freeFrom: eur(5_000) },
  ...more,
})

test('a price with its tax inside is split, rounded half up', () => {
  expect(includedTax(eur(1_190), 1_900)).toEqual(eur(190))
  expect(includedTax(eur(100), 700)).toEqual(eur(7))
  const [priced] = priceBasket(basket()).lines
  expect(priced).toMatchObject({ net: eur(840), tax: eur(160), total: eur(1_000) })
})

test('a price without tax has it added', () => {
  const [priced] = priceBasket(basket({ lines: [line({ isTaxInclusive: false })] })).lines
  expect(priced).toMatchObject({ net: eur(1_000), tax: eur(190), total: eur(1_190) })
})

test('the price for many counts from its quantity on', () => {
  const breaks = [
    { fromQuantity: 10, amount: 800 },
    { fromQuantity: 1, amount: 1_000 },
  ]
  expect([1, 9, 10, 50].map((quantity) => unitAmount(breaks, quantity))).toEqual([1_000, 1_000, 800, 800])
  expect(unitAmount([{ fromQuantity: 5, amount: 1 }], 4)).toBeUndefined()
})

test('shipping is charged below its free total, and not from it on', () => {
  expect(priceBasket(basket()).total).toEqual(eur(1_499))
  expect(priceBasket(basket({ lines: [line({ quantity: 5 })] })).total).toEqual(eur(5_000))
})

test('the largest basket that contracts allow adds up', () => {
  const largest = MAX_MINOR_UNITS
  const lines = Array.from({ length: 100 }, (_, index) =>
    line({
      sku: `TEA-${index}`,
      quantity: 1_000,
      breaks: [{ fromQuantity: 1, amount: largest }],
      taxRateBasisPoints: 10_000,
      isTaxInclusive: index % 2 === 0,
    }),
  )
  const reductions = [promotion(), promotion({ id: 'p2', effect: { kind: 'fixed', amount: eur(largest) } })]
  const priced = priceBasket(
    basket({ lines, promotions: reductions, shipping: { charge: eur(largest), freeFrom: undefined } }),
  )
  const goods = sumMoney(
    priced.lines.map(({ net }) => net),
    'EUR',
  )
  expect(priced.subtotal).toEqual(eur(150 * 1_000 * largest))
  expect(priced.total.amount).toBe(goods.amount + priced.tax.amount + largest - priced.shippingTax.amount)
})

test('a percentage comes off each line, also one that stacks on another', () => {
  const promotions = [promotion(), promotion({ id: 'p2', priority: 200 })]
  const { discount, lines } = priceBasket(basket({ promotions }))
  expect(lines[0]?.discounts.map(({ amount }) => amount.amount)).toEqual([100, 90])
  expect(discount).toEqual(eur(190))
})

test('a promotion that does not stack stands alone', () => {
  const alone = promotion({ id: 'p0', isStackable: false, priority: 1 })
  expect(priceBasket(basket({ promotions: [promotion(), alone] })).appliedPromotions).toEqual(['p0'])
  const late = { ...alone, priority: 900 }
  expect(priceBasket(basket({ promotions: [promotion(), late] })).appliedPromotions).toEqual(['p1'])
})

test('a fixed amount is split over the lines and takes no more than there is', () => {
  const fixed = (amount: number) => promotion({ effect: { kind: 'fixed', amount: eur(amount) } })
  const lines = [line(), line({ sku: 'CUP', breaks: [{ fromQuantity: 1, amount: 2_000 }] })]
  const split = priceBasket(basket({ lines, promotions: [fixed(100)] }))
  expect(split.lines.map(({ discounts }) => discounts[0]?.amount.amount)).toEqual([33, 67])
  expect(priceBasket(basket({ lines, promotions: [fixed(9_999)] })).total).toEqual(eur(499))
})

test('of three one is free when two are bought', () => {
  const promotions = [promotion({ effect: { kind: 'buy_x_get_y', buy: 2, free: 1 } })]
  expect(priceBasket(basket({ lines: [line({ quantity: 7 })], promotions })).discount).toEqual(eur(2_000))
  expect(priceBasket(basket({ lines: [line({ quantity: 2 })], promotions })).appliedPromotions).toEqual([])
})

const halfPrice = promotion({ id: 'half', effect: { kind: 'percentage', basisPoints: 5_000 } })
const oneFree = promotion({ id: 'free', effect: { kind: 'buy_x_get_y', buy: 1, free: 1 } })

test('a unit for nothing takes what is left of its price, in whatever order', () => {
  for (const [first, second] of [
    [halfPrice, oneFree],
    [oneFree, halfPrice],
  ] as const) {
    const promotions = [
      { ...first, priority: 1 },
      { ...second, priority: 2 },
    ]
    const { lines, discount } = priceBasket(basket({ lines: [line({ quantity: 2 })], promotions }))
    expect([lines[0]?.total, discount]).toEqual([eur(500), eur(1_500)])
  }
})

test('a promotion for free shipping applies only where shipping costs something', () => {
  const free = promotion({ id: 'ship', effect: { kind: 'free_shipping' }, priority: 1 })
  const large = [line({ quantity: 5 })]
  expect(priceBasket(basket({ promotions: [free] })).appliedPromotions).toEqual(['ship'])
  expect(priceBasket(basket({ lines: large, promotions: [free] })).appliedPromotions).toEqual([])
  const alone = { ...free, isStackable: false }
  const priced = priceBasket(basket({ lines: large, promotions: [alone, halfPrice] }))
  expect([priced.appliedPromotions, priced.discount]).toEqual([['half'], eur(2_500)])
  const twice = priceBasket(basket({ promotions: [free, { ...free, id: 'ship2' }] }))
  expect(twice.appliedPromotions).toEqual(['ship'])
})

test('thresholds are compared before promotions and with the tax, however the list has its prices', () => {
  const reduced = priceBasket(basket({ lines: [line({ quantity: 5 })], promotions: [halfPrice] }))
  expect(reduced.shipping).toEqual(eur(0))
  const net = (quantity: number) => line({ isTaxInclusive: false, quantity, taxRateBasisPoints: 2_500 })
  expect(priceBasket(basket({ lines: [net(4)] })).shipping).toEqual(eur(0))
  expect(priceBasket(basket({ lines: [net(3)] })).shipping).toEqual(eur(499))
  const minimum = promotion({ minSubtotal: eur(5_000) })
  expect(priceBasket(basket({ lines: [net(4)], promotions: [minimum] })).discount).toEqual(eur(500))
  const fixed = promotion({ effect: { kind: 'fixed', amount: eur(500) } })
  expect(priceBasket(basket({ lines: [net(4)], promotions: [fixed] })).lines[0]).toMatchObject({
    total: eur(4_500),
    tax: eur(900),
    net: eur(3_600),
  })
})

test('shipping is taxed as the goods are, in proportion to what is paid for them', () => {
  const goods = [line({ taxRateBasisPoints: 1_900 }), line({ sku: 'BOOK', taxRateBasisPoints: 700 })]
  const priced = priceBasket(basket({ lines: goods }))
  // 250 with 19 % and 249 with 7 % in them
  expect([priced.shippingTax, priced.tax]).toEqual([eur(40 + 16), eur(160 + 65 + 40 + 16)])
  const nothing = priceBasket(basket({ lines: [line({ breaks: [{ fromQuantity: 1, amount: 0 }] })] }))
  expect(nothing.shippingTax).toEqual(eur(80))
  expect(priceBasket(basket({ lines: [line({ quantity: 5 })] })).shippingTax).toEqual(eur(0))
})

test('a promotion for other SKUs or a larger basket does not apply', () => {
  expect(priceBasket(basket({ promotions: [promotion({ skus: ['CUP'] })] })).discount).toEqual(eur(0))
  expect(priceBasket(basket({ promotions: [promotion({ minSubtotal: eur(1_001) })] })).discount).toEqual(eur(0))
  const free = promotion({ effect: { kind: 'free_shipping' } })
  expect(priceBasket(basket({ promotions: [free] })).shipping).toEqual(eur(0))
})

const lines = fc.array(
  fc.record({
    sku: fc.constantFrom('A', 'B', 'C'),
    quantity: fc.integer({ min: 1, max: 200 }),
    breaks: fc.tuple(fc.integer({ min: 0, max: 100_000 })).map(([amount]) => [{ fromQuantity: 1, amount }]),
    taxRateBasisPoints: fc.constantFrom(0, 700, 1_900, 2_550),
    isTaxInclusive: fc.boolean(),
    priceList: fc.constant('retail'),
  }),
  { minLength: 1, maxLength: 8 },
)
const promotions = fc.array(
  fc.record({
    id: fc.uuid(),
    name: fc.constant('p'),
    effect: fc.oneof(
      fc.record({ kind: fc.constant('percentage' as const), basisPoints: fc.integer({ min: 0, max: 10_000 }) }),
      fc.record({ kind: fc.constant('fixed' as const), amount: fc.integer({ min: 0, max: 1_000_000 }).map(eur) }),
      fc.record({
        kind: fc.constant('buy_x_get_y' as const),
        buy: fc.integer({ min: 1, max: 5 }),
        free: fc.integer({ min: 1, max: 5 }),
      }),
      fc.record({ kind: fc.constant('free_shipping' as const) }),
    ),
    skus: fc.constantFrom(undefined, ['A'], ['A', 'B']),
    minSubtotal: fc.constantFrom(undefined, eur(5_000)),
    isStackable: fc.boolean(),
    priority: fc.integer({ min: 0, max: 5 }),
  }),
  { maxLength: 5 },
)

test('totals are the sums of the lines, nothing is negative, and net and tax make the total', () => {
  fc.assert(
    fc.property(lines, promotions, (given, offered) => {
      const priced = priceBasket(basket({ lines: given, promotions: offered }))
      const sum = (pick: (each: (typeof priced.lines)[number]) => { amount: number; currency: string }) =>
        sumMoney(priced.lines.map(pick), 'EUR').amount
      expect(priced.total.amount).toBe(sum((each) => each.total) + priced.shipping.amount)
      expect(priced.tax.amount).toBe(sum((each) => each.tax) + priced.shippingTax.amount)
      expect(priced.total.amount).toBe(priced.subtotal.amount - priced.discount.amount + priced.shipping.amount)
      expect(priced.shippingTax.amount).toBeLessThanOrEqual(priced.shipping.amount)
      for (const each of priced.lines) {
        expect(each.net.amount + each.tax.amount).toBe(each.total.amount)
        expect(Math.min(each.net.amount, each.tax.amount, each.total.amount)).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})

const multiplying = fc.array(
  fc.record({
    id: fc.uuid(),
    name: fc.constant('p'),
    effect: fc.oneof(
      fc.record({ kind: fc.constant('percentage' as const), basisPoints: fc.integer({ min: 1, max: 10_000 }) }),
      fc.record({
        kind: fc.constant('buy_x_get_y' as const),
        buy: fc.integer({ min: 1, max: 3 }),
        free: fc.integer({ min: 1, max: 3 }),
      }),
    ),
    skus: fc.constantFrom(undefined, ['A'], ['A', 'B']),
    minSubtotal: fc.constant(undefined),
    isStackable: fc.constant(true),
    priority: fc.integer({ min: 0, max: 5 }),
  }),
  { minLength: 2, maxLength: 5 },
)
const reducing = fc.array(
  fc.integer({ min: 1, max: 100_000 }).map((amount) => promotion({ effect: { kind: 'fixed', amount: eur(amount) } })),
  { minLength: 2, maxLength: 5 },
)

test('the order of promotions of one kind does not change what is paid', () => {
  fc.assert(
    fc.property(lines, multiplying, fc.infiniteStream(fc.nat(5)), (given, offered, priorities) => {
      const reordered = offered.map((each) => ({ ...each, priority: priorities.next().value ?? 0 }))
      const [one, other] = [offered, reordered].map((promotions) => priceBasket(basket({ lines: given, promotions })))
      expect(other?.lines.map(({ total }) => total)).toEqual(one?.lines.map(({ total }) => total))
      expect(other?.discount).toEqual(one?.discount)
    }),
  )
  fc.assert(
    fc.property(lines, reducing, (given, fixed) => {
      const inOrder = fixed.map((each, index) => ({ ...each, id: `p${index}`, priority: index }))
      const reversed = inOrder.map((each) => ({ ...each, priority: -each.priority }))
      const discountOf = (promotions: readonly BasketPromotion[]) =>
        priceBasket(basket({ lines: given, promotions })).discount
      expect(discountOf(reversed)).toEqual(discountOf(inOrder))
    }),
  )
})

test('units of a SKU are the same in however many lines', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ sku: fc.constantFrom('A', 'B'), quantity: fc.nat(9) })), (items) => {
      const sums = new Map<string, number>()
      for (const { sku, quantity } of items) sums.set(sku, (sums.get(sku) ?? 0) + quantity)
      const units = unitsOf(items)
      expect(new Map(units.map(({ sku, quantity }) => [sku, quantity]))).toEqual(sums)
      expect(units.every(({ sku, index }) => items.findIndex((item) => item.sku === sku) === index)).toBe(true)
    }),
  )
})
