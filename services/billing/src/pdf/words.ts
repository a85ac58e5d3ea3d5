import type { DocumentKind, Language } from '@stoa/contracts/billing/resources'
import type { Money } from '@stoa/kernel'

/** The fixed words of a document. */
export interface Words {
  readonly title: Readonly<Record<DocumentKind, string>>
  readonly number: string
  readonly date: string
  readonly order: string
  readonly creditedInvoice: string
  readonly cancelledCreditNote: string
  readonly vatId: string
  readonly item: string
  readonly quantity: string
  readonly net: string
  readonly rate: string
  readonly tax: string
  readonly total: string
  readonly shipping: string
  readonly refund: string
  readonly discount: string
  readonly toPay: Readonly<Record<DocumentKind, string>>
  readonly paid: Readonly<Record<DocumentKind, string>>
  readonly page: (page: number, pages: number) => string
}

const english: Words = {
  title: { invoice: 'Invoice', credit_note: 'Credit note', debit_note: 'Debit note' },
  number: 'Number',
  date: 'Date',
  order: 'Order',
  creditedInvoice: 'Credits invoice',
  cancelledCreditNote: 'Cancels credit note',
  vatId: 'VAT ID',
  item: 'Item',
  quantity: 'Quantity',
  net: 'Net',
  rate: 'VAT rate',
  tax: 'VAT',
  total: 'Total',
  shipping: 'Shipping',
  refund: 'Refund',
  discount: 'after a discount of',
  toPay: { invoice: 'Invoice total', credit_note: 'Credited total', debit_note: 'Total of the cancelled refund' },
  paid: {
    invoice: 'The amount was paid with the order.',
    credit_note: 'The amount is refunded to the payment method of the order.',
    debit_note: 'The refund of this amount failed: its credit note is cancelled.',
  },
  page: (page, pages) => `Page ${page} of ${pages}`,
}

// "Gutschrift" is an invoice that the buyer writes (§ 14 UStG, § 11 UStG in Austria)
const german: Words = {
  title: { invoice: 'Rechnung', credit_note: 'Rechnungskorrektur', debit_note: 'Storno einer Rechnungskorrektur' },
  number: 'Nummer',
  date: 'Datum',
  order: 'Bestellung',
  creditedInvoice: 'Zu Rechnung',
  cancelledCreditNote: 'Storniert',
  vatId: 'USt-IdNr.',
  item: 'Artikel',
  quantity: 'Menge',
  net: 'Netto',
  rate: 'USt-Satz',
  tax: 'USt',
  total: 'Gesamt',
  shipping: 'Versand',
  refund: 'Erstattung',
  discount: 'nach einem Rabatt von',
  toPay: { invoice: 'Rechnungsbetrag', credit_note: 'Erstattungsbetrag', debit_note: 'Stornierter Erstattungsbetrag' },
  paid: {
    invoice: 'Der Betrag wurde mit der Bestellung bezahlt.',
    credit_note: 'Der Betrag wird auf das Zahlungsmittel der Bestellung erstattet.',
    debit_note: 'Die Erstattung dieses Betrags ist fehlgeschlagen; die Rechnungskorrektur wird storniert.',
  },
  page: (page, pages) => `Seite ${page} von ${pages}`,
}

/** The fixed words of a document in a language. */
export function wordsIn(language: Language): Words {
  return language === 'de' ? german : english
}

/** An amount with the sign of its currency. */
export function moneyText({ amount, currency }: Money, language: Language): string {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 0
  // as text, as a number would lose digits of large amounts
  return format.format(`${amount}E-${digits}` as Intl.StringNumericLiteral)
}

/** A rate in percent. */
export function rateText(basisPoints: number, language: Language): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 }).format(basisPoints / 10_000)
}

/** The day of a document where its seller is. */
export function dateText(instant: string, language: Language, timeZone: string): string {
  return Temporal.Instant.from(instant).toLocaleString(language, { dateStyle: 'long', timeZone })
}

/** The name of a country; the code for one that has none. */
export function countryText(code: string, language: Language): string {
  return new Intl.DisplayNames(language, { type: 'region', fallback: 'code' }).of(code) ?? code
}
