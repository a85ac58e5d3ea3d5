import fc from 'fast-check'
import { expect, test } from 'vitest'
import { landscape, layOut, portrait, type Need } from './page-layout.ts'

const number = (unbroken: number): Need => ({ type: 'money', unbroken, whole: unbroken })
const text = (unbroken: number, whole: number): Need => ({ type: 'text', unbroken, whole })

test('a few columns stand on an upright page; more of them lie across, in smaller letters', () => {
  const few = layOut([text(5, 10), number(7)])
  expect([few.page, few.fontSize]).toEqual([portrait, 9])
  const more = layOut(Array.from({ length: 12 }, () => number(7)))
  expect([more.page, more.fontSize]).toEqual([landscape, 7])
})

const needs = fc.array(
  fc.oneof(
    fc.double({ min: 1, max: 20, noNaN: true }).map(number),
    fc
      .tuple(fc.double({ min: 1, max: 20, noNaN: true }), fc.double({ min: 20, max: 200, noNaN: true }))
      .map(([a, b]) => text(a, b)),
  ),
  { minLength: 1, maxLength: 17 },
)

test('columns stay on the page and do not overlap; numbers that fit at all are not broken', () => {
  fc.assert(
    fc.property(needs, (all) => {
      const { page, columns, fontSize } = layOut(all)
      let end = page.left
      for (const { x, width } of columns) {
        expect(x).toBeGreaterThanOrEqual(end - 0.01)
        end = x + width
      }
      expect(end).toBeLessThanOrEqual(page.right + 1)
      const broken = all.filter(
        ({ type, unbroken }, index) => type !== 'text' && (columns[index]?.width ?? 0) < unbroken * fontSize,
      )
      expect(fontSize < 6 ? [] : broken).toEqual([])
    }),
  )
})
