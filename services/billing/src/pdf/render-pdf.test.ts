import type { DocumentLine, Invoice } from '@stoa/contracts/billing/resources'
import type { InvoiceId, OrderId, UserId } from '@stoa/contracts/shared/ids'
import { money, newId } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { readFonts } from '@stoa/fonts'
import { renderPdf } from './render-pdf.ts'
import { countryText, dateText, moneyText, rateText } from './words.ts'

const eur = (amount: number) => money(amount, 'EUR')
const printing = { language: 'en', timeZone: 'Europe/Vienna', fonts: readFonts(import.meta.url) } as const
const party = { name: 'Łukasz Ωμέγα Иванов', line1: 'x'.repeat(200), city: 'Wien', postalCode: '1080', country: 'AT' }

function invoiceWith(lines: readonly DocumentLine[]): Invoice {
  return {
    id: newId() as InvoiceId,
    kind: 'invoice',
    number: 'STOA-2026-000017',
    legalEntity: 'STOA',
    issuedAt: '2026-12-31T23:30:00Z',
    language: 'en',
    customerId: newId() as UserId,
    orderId: newId() as OrderId,
    orderNumber: 'S-100017',
    seller: { ...party, vatId: 'ATU00000000' },
    buyer: party,
    lines: [...lines],
    taxes: [{ taxRateBasisPoints: 2_000, net: eur(1_000), tax: eur(200) }],
    net: eur(1_000),
    tax: eur(200),
    total: eur(1_200),
  }
}

const line = (name: string): DocumentLine => ({
  kind: 'goods',
  sku: 'TEA',
  name,
  quantity: 1,
  taxRateBasisPoints: 2_000,
  net: eur(1_000),
  tax: eur(200),
  total: eur(1_200),
})

const pagesOf = (pdf: Buffer) => pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0

test('a short document has one page; many and long lines continue on further pages', async () => {
  expect(pagesOf(await renderPdf(invoiceWith([line('Green tea')]), printing))).toBe(1)
  const many = Array.from({ length: 100 }, (_, index) => line(index % 2 === 0 ? 'Green tea' : 'W'.repeat(200)))
  expect(pagesOf(await renderPdf(invoiceWith(many), printing))).toBeGreaterThan(5)
})

test('a document that is printed again has the same bytes', async () => {
  const invoice = invoiceWith([line('Green tea')])
  const first = await renderPdf(invoice, printing)
  expect((await renderPdf(invoice, printing)).equals(first)).toBe(true)
  expect((await renderPdf(invoice, { ...printing, language: 'de' })).equals(first)).toBe(false)
})

test('amounts, rates, dates and countries are written as the language does', () => {
  // no-break spaces, which an amount does not wrap at
  expect([moneyText(eur(123_456), 'en'), moneyText(eur(123_456), 'de')]).toEqual(['€1,234.56', '1.234,56\u00a0€'])
  expect(moneyText(money(420, 'JPY'), 'en')).toBe('¥420')
  expect(moneyText(eur(9_007_199_254_740_991), 'en')).toBe('€90,071,992,547,409.91')
  expect([rateText(2_000, 'en'), rateText(550, 'de')]).toEqual(['20%', '5,5\u00a0%'])
  const at = '2026-12-31T23:30:00Z'
  expect([dateText(at, 'en', 'Europe/Vienna'), dateText(at, 'de', 'UTC')]).toEqual([
    'January 1, 2027',
    '31. Dezember 2026',
  ])
  expect([countryText('AT', 'de'), countryText('AT', 'en')]).toEqual(['Österreich', 'Austria'])
})
