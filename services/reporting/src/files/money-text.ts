import type { ReportLanguage } from '@stoa/contracts/reporting/resources'
import type { BulkQuery, MartCell, MartColumn } from '@stoa/contracts/shared/mart-query'

const digitsOf = new Map<string, number>()

/** How many digits the minor unit of a currency has; 2 without a currency. */
export function minorDigits(currency: string | undefined): number {
  if (currency === undefined) return 2
  const known = digitsOf.get(currency)
  if (known !== undefined) return known
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions()
  digitsOf.set(currency, digits)
  return digits
}

const formats = new Map<string, Intl.NumberFormat>()

function formatOf(language: ReportLanguage, digits: number): Intl.NumberFormat {
  const key = `${language}${digits}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits })
    formats.set(key, format)
  }
  return format
}

/** An amount of minor units without its currency, as the language writes it. */
export function amountText(amount: number, digits: number, language: ReportLanguage): string {
  // as text, as a number would lose digits of large amounts
  return formatOf(language, digits).format(`${amount}E-${digits}` as Intl.StringNumericLiteral)
}

/** A whole number, as the language writes it. */
export function numberText(number: number, language: ReportLanguage): string {
  return formatOf(language, 0).format(number)
}

/** Returns the currency of a row: of its column, or the one to which the query is filtered. */
export function currencyReader(
  columns: readonly MartColumn[],
  { filters = [] }: Pick<BulkQuery, 'filters'>,
): (row: readonly MartCell[]) => string | undefined {
  const index = columns.findIndex(({ name }) => name === 'currency')
  const filtered = filters.find(({ dimension, values }) => dimension === 'currency' && values.length === 1)?.values[0]
  return (row) => {
    const cell = index < 0 ? filtered : row[index]
    return typeof cell === 'string' && /^[A-Z]{3}$/.test(cell) ? cell : undefined
  }
}
