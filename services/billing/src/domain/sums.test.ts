import fc from 'fast-check'
import { money, type Money } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { creditOf } from './credit-note.ts'
import { invoiceOf, type Sale, type SoldLine } from './invoice.ts'
import { includedTax, type Sums } from './sums.ts'

const eur = (amount: number): Money => money(amount, 'EUR')

function sold(total: number, rate: number | undefined, more: Partial<SoldLine> = {}): SoldLine {
  const tax = eur(includedTax(eur(total), rate ?? 2_000))
  return {
    sku: 'TEA',
    name: 'Tea',
    quantity: 1,
    discount: eur(0),
    tax,
    total: eur(total),
    taxRateBasisPoints: rate,
    ...more,
  }
}

function saleOf(lines: readonly SoldLine[], shipping = 0, shippingTax = 0): Sale {
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)
  return {
    lines,
    shipping: eur(shipping),
    tax: eur(sum(lines.map(({ tax }) => tax.amount)) + shippingTax),
    total: eur(sum(lines.map(({ total }) => total.amount)) + shipping),
  }
}

test('taxes the shipping charge as the goods, and shows net and tax of each rate', () => {
  // 6.00 of shipping: 4.00 at 20 % and 2.00 at 10 %
  const sale = saleOf([sold(2_400, 2_000), sold(1_200, 1_000)], 600, 67 + 18)
  const { lines, taxes, net, tax, total } = invoiceOf(sale)
  expect(lines.map(({ kind, total: each }) => [kind, each.amount])).toEqual([
    ['goods', 2_400],
    ['goods', 1_200],
    ['shipping', 400],
    ['shipping', 200],
  ])
  expect(taxes).toEqual([
    { taxRateBasisPoints: 2_000, net: eur(2_333), tax: eur(467) },
    { taxRateBasisPoints: 1_000, net: eur(1_273), tax: eur(127) },
  ])
  expect([net, tax, total]).toEqual([eur(3_606), eur(594), eur(4_200)])
})

test('charges the tax that the order charged, also where the order has no rates or calculated the shipping differently', () => {
  expect(invoiceOf(saleOf([sold(1_199, undefined)])).taxes).toMatchObject([{ taxRateBasisPoints: 2_000 }])
  expect(invoiceOf(saleOf([sold(2_400, 2_000)], 600, 0)).tax).toEqual(eur(400))
  expect(invoiceOf(saleOf([sold(2_400, 2_000), sold(1_200, 1_000)], 600, 60)).tax).toEqual(eur(569))
})

test('invoices an order that costs nothing, and refuses one that does not add up', () => {
  expect(invoiceOf(saleOf([sold(0, 2_000)]))).toMatchObject({ net: eur(0), tax: eur(0), total: eur(0) })
  const sale = saleOf([sold(1_000, 2_000)])
  expect(() => invoiceOf({ ...sale, total: eur(1_001) })).toThrow('do not add up')
})

const rates = fc.constantFrom(0, 500, 700, 1_000, 1_900, 2_000, 2_500)
const sales = fc
  .tuple(fc.array(fc.tuple(fc.nat(100_000), rates), { minLength: 1, maxLength: 8 }), fc.nat(2_000))
  .map(([lines, shipping]) => {
    const goods = lines.map(([total, rate]) => sold(total, rate))
    const shippingTax = Math.min(shipping, includedTax(eur(shipping), lines[0]?.[1] ?? 0))
    return saleOf(goods, shipping, shippingTax)
  })

test('an invoice has exactly the total and the tax of its sale', () => {
  fc.assert(
    fc.property(sales, (sale) => {
      const sums = invoiceOf(sale)
      expect([sums.total, sums.tax]).toEqual([sale.total, sale.tax])
      for (const { net, tax } of sums.taxes) expect(Math.min(net.amount, tax.amount)).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('the credit notes of an invoice that is refunded in any parts add up to it for each rate', () => {
  fc.assert(
    fc.property(sales, fc.array(fc.nat(50_000), { maxLength: 6 }), fc.boolean(), (sale, refunds, isReturn) => {
      const invoice = invoiceOf(sale)
      const { taxes } = invoice
      const notes: Sums[] = []
      for (const amount of [...refunds, sale.total.amount]) {
        const before = notes.flatMap((each) => each.taxes)
        const goods = isReturn ? [{ sku: 'TEA', quantity: 1 }] : []
        const note = creditOf(invoice, before, { amount: eur(amount), goods })
        if (note === undefined) continue
        for (const { net, tax } of note.taxes) expect(Math.min(net.amount, tax.amount)).toBeGreaterThanOrEqual(0)
        notes.push(note)
      }
      const credited = (rate: number, of: 'net' | 'tax') =>
        notes
          .flatMap((note) => note.taxes)
          .filter(({ taxRateBasisPoints }) => taxRateBasisPoints === rate)
          .reduce((sum, each) => sum + each[of].amount, 0)
      for (const { taxRateBasisPoints: rate, net, tax } of taxes)
        expect([credited(rate, 'net'), credited(rate, 'tax')]).toEqual([net.amount, tax.amount])
    }),
  )
})

test('a credit note has the whole refund, and at most what is left of the invoice', () => {
  const invoice = invoiceOf(saleOf([sold(2_400, 2_000), sold(1_200, 1_000)]))
  const first = creditOf(invoice, [], { amount: eur(900), goods: [] })
  expect(first).toMatchObject({ total: eur(900), tax: eur(100 + 27) })
  expect(creditOf(invoice, first?.taxes ?? [], { amount: eur(9_999), goods: [] })?.total).toEqual(eur(2_700))
  expect(creditOf(invoice, invoice.taxes, { amount: eur(1), goods: [] })).toBeUndefined()
})

test('returned goods are credited at their own rate, and what is refunded beside them at the rates that are left', () => {
  const cups = sold(1_200, 1_000, { sku: 'CUP', quantity: 2 })
  const invoice = invoiceOf(saleOf([sold(2_400, 2_000), cups], 600, 67 + 18))
  const cup = creditOf(invoice, [], { amount: eur(600), goods: [{ sku: 'CUP', quantity: 1 }] })
  expect(cup?.taxes).toEqual([{ taxRateBasisPoints: 1_000, net: eur(545), tax: eur(55) }])
  const all = [
    { sku: 'CUP', quantity: 1 },
    { sku: 'TEA', quantity: 1 },
  ]
  const rest = creditOf(invoice, cup?.taxes ?? [], { amount: eur(3_600), goods: all })
  expect(rest?.taxes).toEqual([
    { taxRateBasisPoints: 2_000, net: eur(2_333), tax: eur(467) },
    { taxRateBasisPoints: 1_000, net: eur(728), tax: eur(72) },
  ])
})
