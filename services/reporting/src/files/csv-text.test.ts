import { expect, test } from 'vitest'
import { csvHead, csvLines } from './csv-text.ts'

const columns = [
  { name: 'product', type: 'text' },
  { name: 'revenue', type: 'money' },
] as const
const head = 'product,revenue\r\n'
const toCsv = (rows: Parameters<typeof csvLines>[0]) => csvHead(columns) + csvLines(rows)

test('quotes what has a separator, and keeps numbers as numbers, also negative ones', () => {
  const rows = [
    ['Tea, green "No. 1"', -5],
    [null, 0],
    ['two\nlines', 9_007_199_254_740_991],
  ]
  expect(toCsv(rows)).toBe(`${head}"Tea, green ""No. 1""",-5\r\n,0\r\n"two\nlines",9007199254740991\r\n`)
})

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =cmd|/c calc', '\r=1', '\u00a0@x', '＝1+1'])(
  '%j is no formula',
  (text) => {
    expect(toCsv([[text, 1]])).toBe(`${head}"'${text}",1\r\n`)
  },
)

test.each([
  ['Tea;=1+1', `Tea;'=1+1`],
  ['Tea\n@x', `Tea\n'@x`],
  ['Tea;; -1|=2', `Tea;;' -1|'=2`],
])('behind a separator of other countries, %j is no formula', (text, safe) => {
  expect(toCsv([[text, 1]])).toBe(`${head}"${safe}",1\r\n`)
})

test('a text with such characters elsewhere stays as it is', () => {
  expect(toCsv([['Tea = good; 5-10 g', 1]])).toBe(`${head}Tea = good; 5-10 g,1\r\n`)
})
