import { expect, test } from 'vitest'
import { fileNameIn } from './file-name.ts'

test.each([
  [`attachment; filename="sales.csv"; filename*=UTF-8''Ums%C3%A4tze.csv`, 'Umsätze.csv'],
  ['attachment; filename="sales-2026.pdf"', 'sales-2026.pdf'],
  [`attachment; filename="a.pdf"; filename*=UTF-8''%zz`, 'a.pdf'],
  ['attachment', undefined],
  [null, undefined],
])('the name in %s is %s', (header, name) => {
  expect(fileNameIn(header)).toBe(name)
})
