import type { ReportLanguage } from '@stoa/contracts/reporting/resources'
import type { Dimension, Measure } from '@stoa/contracts/shared/mart-query'

/** The fixed words of a report. */
export interface Words {
  readonly columns: Readonly<Record<Dimension | Measure | 'period', string>>
  readonly lineKinds: Readonly<Record<string, string>>
  readonly title: (title: string, from: string, to: string) => string
  readonly chart: (measure: string, by: string) => string
  readonly month: string
  readonly year: string
  readonly others: string
  readonly nothing: string
  readonly total: string
  readonly rules: string
  readonly notBuilt: string
  readonly incomplete: string
  readonly asOf: (time: string) => string
  readonly noRows: string
  readonly firstRows: (shown: string, all: string) => string
  readonly truncated: (rows: string) => string
  readonly tooManyValues: (column: string) => string
  readonly moreCurrencies: (names: string) => string
  readonly tables: (names: string) => string
  readonly only: (column: string, values: string) => string
  readonly more: (count: number) => string
  readonly query: string
  readonly page: (page: number, pages: number) => string
}

const english: Words = {
  columns: {
    period: 'Period',
    day: 'Day',
    weekday: 'Weekday',
    currency: 'Currency',
    sku: 'SKU',
    product: 'Product',
    category: 'Category',
    status: 'Status',
    kind: 'Kind',
    country: 'Country',
    region: 'Region',
    channel: 'Channel',
    priceList: 'Price list',
    paymentProvider: 'Payment provider',
    paymentMethod: 'Payment method',
    orders: 'Orders',
    confirmedOrders: 'Confirmed orders',
    units: 'Units',
    revenue: 'Revenue',
    tax: 'Tax',
    netRevenue: 'Net revenue',
    discounts: 'Discounts',
    costOfSales: 'Cost of sales',
    grossMargin: 'Gross margin',
    placedValue: 'Value placed',
  },
  lineKinds: { shipping: 'Shipping' },
  title: (title, from, to) => `${title}, ${from} to ${to}`,
  chart: (measure, by) => `${measure} by ${by.toLowerCase()}`,
  month: 'month',
  year: 'year',
  others: 'Other',
  nothing: 'not known',
  total: 'Total',
  rules: 'Days are in UTC. Revenue is that of confirmed orders; refunds are not subtracted.',
  notBuilt: 'The star schema has not been built yet, so there are no figures.',
  incomplete: 'Incomplete: not all events had been read when the star schema was built.',
  asOf: (time) => `Includes what happened before ${time} UTC.`,
  noRows: 'No rows match.',
  firstRows: (shown, all) => `The table has the first ${shown} of ${all} rows. Excel and CSV files have all of them.`,
  truncated: (rows) => `The query has more rows than its limit; only the first ${rows} are in this report.`,
  tooManyValues: (column) => `There is no chart: ${column} has too many values.`,
  moreCurrencies: (names) => `Without a chart: ${names}.`,
  tables: (names) => `Read from ${names}.`,
  only: (column, values) => `Only ${column.toLowerCase()}: ${values}.`,
  more: (count) => `and ${count} more`,
  query: 'The query behind these figures',
  page: (page, pages) => `Page ${page} of ${pages}`,
}

const german: Words = {
  columns: {
    period: 'Zeitraum',
    day: 'Tag',
    weekday: 'Wochentag',
    currency: 'Währung',
    sku: 'Artikelnummer',
    product: 'Produkt',
    category: 'Kategorie',
    status: 'Status',
    kind: 'Art',
    country: 'Land',
    region: 'Region',
    channel: 'Kanal',
    priceList: 'Preisliste',
    paymentProvider: 'Zahlungsanbieter',
    paymentMethod: 'Zahlungsart',
    orders: 'Bestellungen',
    confirmedOrders: 'Bestätigte Bestellungen',
    units: 'Stück',
    revenue: 'Umsatz',
    tax: 'Steuer',
    netRevenue: 'Nettoumsatz',
    discounts: 'Nachlässe',
    costOfSales: 'Wareneinsatz',
    grossMargin: 'Rohertrag',
    placedValue: 'Bestellwert',
  },
  lineKinds: { shipping: 'Versand' },
  title: (title, from, to) => `${title}, ${from} bis ${to}`,
  chart: (measure, by) => `${measure} nach ${by}`,
  month: 'Monat',
  year: 'Jahr',
  others: 'Übrige',
  nothing: 'nicht bekannt',
  total: 'Summe',
  rules: 'Tage sind in UTC. Umsatz ist der bestätigter Bestellungen; Erstattungen sind nicht abgezogen.',
  notBuilt: 'Das Sternschema wurde noch nicht aufgebaut, daher gibt es keine Zahlen.',
  incomplete: 'Unvollständig: Beim Aufbau des Sternschemas waren noch nicht alle Ereignisse gelesen.',
  asOf: (time) => `Enthält, was vor ${time} UTC geschehen ist.`,
  noRows: 'Keine Zeile entspricht der Abfrage.',
  firstRows: (shown, all) =>
    `Die Tabelle zeigt die ersten ${shown} von ${all} Zeilen. Alle stehen in den Dateien für Excel und CSV.`,
  truncated: (rows) => `Die Abfrage hat mehr Zeilen, als sie haben darf; hier sind nur die ersten ${rows}.`,
  tooManyValues: (column) => `Es gibt kein Diagramm: ${column} hat zu viele Werte.`,
  moreCurrencies: (names) => `Ohne Diagramm: ${names}.`,
  tables: (names) => `Gelesen aus ${names}.`,
  only: (column, values) => `Nur ${column}: ${values}.`,
  more: (count) => `und ${count} weitere`,
  query: 'Die Abfrage hinter diesen Zahlen',
  page: (page, pages) => `Seite ${page} von ${pages}`,
}

/** The words of a language. */
export const wordsOf: Readonly<Record<ReportLanguage, Words>> = { en: english, de: german }

/** The name of a column, as people read it. */
export function columnName(words: Words, name: string): string {
  return words.columns[name as keyof Words['columns']] ?? name
}
