import { readXlsx } from 'hucre/xlsx'
import { expect, test } from 'vitest'
import { bytesOf, reportOf, resultOf, row } from '../../tests/report-kit.ts'
import { xlsxFile } from './xlsx-file.ts'

test('no text is a formula, whatever it begins with', async () => {
  const texts = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '=HYPERLINK("http://evil.example","tea")', `=cmd|'/c calc'!A0`]
  const bytes = await bytesOf(await xlsxFile(reportOf(), resultOf(texts.map((text) => row(text, 1_001)))))
  const { sheets } = await readXlsx(bytes)
  const cells = sheets[0]?.rows.slice(1, 1 + texts.length).map((each) => each[2])
  expect(cells).toEqual(texts)
  for (const [, cell] of sheets[0]?.cells ?? []) expect([cell.formula, cell.type]).not.toContain('formula')
  expect([...(sheets[0]?.cells?.values() ?? [])].filter(({ formula }) => formula !== undefined)).toEqual([])
})

test('amounts are numbers in major units of their currency, and what they include stands below', async () => {
  const rows = [row('AT', 123_456), row('JP', 500, 'JPY'), row('KW', 1_005, 'KWD')]
  const { sheets } = await readXlsx(await bytesOf(await xlsxFile(reportOf({ language: 'de' }), resultOf(rows))))
  const [head, ...lines] = sheets[0]?.rows ?? []
  expect(head?.slice(0, 6)).toEqual(['Tag', 'Währung', 'Land', 'Bestätigte Bestellungen', 'Stück', 'Umsatz'])
  expect(lines.slice(0, 3).map((each) => each[5])).toEqual([1234.56, 500, 1.005])
  const below = lines.slice(3).map(([first]) => first)
  expect(below).toContain('Enthält, was vor 2026-11-29 12:00 UTC geschehen ist.')
  expect(below.at(-1)).toBe('select 1')
})

test.each([
  ['History', 'Report'],
  ['[*]', 'Report'],
  ['Sales: north/south', 'Sales  north south'],
  [`${'a'.repeat(30)}😀`, 'a'.repeat(30)],
  ['😀'.repeat(40), '😀'.repeat(15)],
])('a sheet has a name that Excel accepts, whatever the title of the report is: %s', async (title, name) => {
  const { sheets } = await readXlsx(await bytesOf(await xlsxFile(reportOf({ title }), resultOf([row('AT', 1)]))))
  expect(sheets.map((each) => each.name)).toEqual([name])
})

test('what is no product is named in the language of the report, as in the PDF', async () => {
  const columns = [
    { name: 'product', type: 'text' },
    { name: 'units', type: 'integer' },
  ] as const
  const result = resultOf(
    [
      ['shipping', 1],
      ['Tee', 2],
    ],
    { columns },
  )
  const { sheets } = await readXlsx(await bytesOf(await xlsxFile(reportOf({ language: 'de' }), result)))
  expect(sheets[0]?.rows.slice(0, 3)).toEqual([
    ['Produkt', 'Stück'],
    ['Versand', 1],
    ['Tee', 2],
  ])
})
