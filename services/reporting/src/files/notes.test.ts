import { expect, test } from 'vitest'
import { reportOf, resultOf } from '../../tests/report-kit.ts'
import { notesOf } from './notes.ts'

test('of many values of a filter the first are named, and how many more there are', () => {
  const named = (values: string[], language: 'en' | 'de' = 'en') =>
    notesOf(
      reportOf({ language, query: { measures: ['units'], filters: [{ dimension: 'sku', values }] } }),
      resultOf([]).facts,
    )[1]
  expect(named(['A', 'B'])).toBe('Only sku: A, B.')
  expect(named(Array.from({ length: 100 }, () => 'x'.repeat(98)))).toBe(
    `Only sku: ${`${'x'.repeat(98)}, `.repeat(3)}and 97 more.`,
  )
  expect(named(['x'.repeat(400), 'B'], 'de')).toBe(`Nur Artikelnummer: ${'x'.repeat(400)}, und 1 weitere.`)
})
