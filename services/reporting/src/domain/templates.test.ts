import type { TemplateName } from '@stoa/contracts/reporting/resources'
import { BulkQuery } from '@stoa/contracts/shared/mart-query'
import { Check } from 'typebox/schema'
import { expect, test } from 'vitest'
import { findInvalid } from './content.ts'
import { contentOf, templates } from './templates.ts'

test.each(Object.keys(templates) as TemplateName[])(
  '%s can be run, and its chart shows what it asks for',
  (template) => {
    const content = contentOf({ template, from: '2026-11-01', to: '2026-12-01', language: 'de' })
    expect(Check(BulkQuery, content.query)).toBe(true)
    expect(findInvalid(content)).toBeUndefined()
    // datamart refuses amounts of several currencies
    expect(content.query.dimensions).toContain('currency')
    expect(content.title).toBe(templates[template].title.de)
  },
)

test('a currency filters the query, and limits nothing else', () => {
  const { query } = contentOf({ template: 'sales', from: '2026-11-01', to: '2026-12-01', currency: 'EUR' })
  expect(query).toEqual({
    ...templates.sales.query,
    from: '2026-11-01',
    to: '2026-12-01',
    filters: [{ dimension: 'currency', values: ['EUR'] }],
  })
})
