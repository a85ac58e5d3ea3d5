import type { Chart, ReportLanguage, TemplateName, TemplateRequest } from '@stoa/contracts/reporting/resources'
import type { BulkQuery } from '@stoa/contracts/shared/mart-query'
import type { Content } from './content.ts'

type Worded = Readonly<Record<ReportLanguage, string>>

/** A report whose query is declared; who asks for it gives the period. */
export interface Template {
  readonly title: Worded
  readonly description: Worded
  readonly query: Pick<BulkQuery, 'measures' | 'dimensions' | 'timeGrain' | 'orderBy'>
  readonly chart?: Chart
}

/** All templates, by name. */
export const templates: Readonly<Record<TemplateName, Template>> = {
  sales: {
    title: { en: 'Sales', de: 'Umsätze' },
    description: {
      en: 'Confirmed orders by day, currency and product.',
      de: 'Bestätigte Bestellungen nach Tag, Währung und Produkt.',
    },
    query: {
      measures: ['confirmedOrders', 'units', 'revenue'],
      dimensions: ['day', 'currency', 'product'],
      orderBy: [{ by: 'day' }, { by: 'currency' }, { by: 'revenue', descending: true }],
    },
    chart: { x: 'day', y: 'revenue' },
  },
  'sales-by-country': {
    title: { en: 'Sales by country', de: 'Umsätze nach Land' },
    description: {
      en: 'Confirmed orders by day, currency and country of delivery.',
      de: 'Bestätigte Bestellungen nach Tag, Währung und Lieferland.',
    },
    query: {
      measures: ['confirmedOrders', 'units', 'revenue', 'tax', 'netRevenue'],
      dimensions: ['day', 'currency', 'country'],
      orderBy: [{ by: 'day' }, { by: 'currency' }, { by: 'revenue', descending: true }],
    },
    chart: { x: 'day', y: 'revenue', series: 'country' },
  },
  'price-lists': {
    title: { en: 'Sales by price list', de: 'Umsätze nach Preisliste' },
    description: {
      en: 'Revenue and discounts by currency, price list and product.',
      de: 'Umsatz und Nachlässe nach Währung, Preisliste und Produkt.',
    },
    query: {
      measures: ['units', 'revenue', 'discounts'],
      dimensions: ['currency', 'priceList', 'product'],
      orderBy: [{ by: 'currency' }, { by: 'revenue', descending: true }],
    },
    chart: { x: 'priceList', y: 'revenue' },
  },
}

/** What a report of a template shows. */
export function contentOf({ template: name, from, to, currency, formats, language }: TemplateRequest): Content {
  const template = templates[name]
  const spoken = language ?? 'en'
  return {
    title: template.title[spoken],
    template: name,
    from,
    to,
    query: {
      ...template.query,
      from,
      to,
      ...(currency === undefined ? {} : { filters: [{ dimension: 'currency', values: [currency] }] }),
    },
    ...(template.chart === undefined ? {} : { chart: template.chart }),
    formats: formats ?? ['pdf', 'xlsx', 'csv'],
    language: spoken,
  }
}
