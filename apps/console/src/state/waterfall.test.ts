import { expect, test } from 'vitest'
import { axisOf, busiestServices } from './waterfall.ts'

const span = (startMs: number, durationMs: number) => ({ startMs, durationMs })

test('without long gaps the axis is linear', () => {
  const axis = axisOf([span(100, 100), span(150, 50)])
  expect([axis.at(100), axis.at(150), axis.at(200)]).toEqual([0, 0.5, 1])
  expect(axis.gaps).toEqual([])
})

test('folds an idle time of more than a fifth, and keeps the order of times', () => {
  const axis = axisOf([span(0, 10), span(1_000, 10)])
  expect(axis.gaps).toEqual([{ fromMs: 10, toMs: 1_000 }])
  expect(axis.at(10)).toBeCloseTo(0.485)
  expect(axis.at(1_000)).toBeCloseTo(0.515)
  expect(axis.at(505)).toBeCloseTo(0.5)
  expect(axis.at(1_010)).toBeCloseTo(1)
})

test('does not take the time of an enclosing span for idle', () => {
  expect(axisOf([span(0, 1_000), span(10, 10), span(900, 10)]).gaps).toEqual([])
})

test('stands for no span, and for spans without a duration', () => {
  expect(axisOf([]).at(5)).toBe(1)
  expect(axisOf([span(7, 0)]).at(7)).toBe(0)
})

test('six services have a colour, the busiest first', () => {
  const spans = ['a', 'b', 'b', 'c', 'd', 'e', 'f', 'g', 'g', 'g'].map((service) => ({ service }))
  expect(busiestServices(spans)).toEqual(['g', 'b', 'a', 'c', 'd', 'e'])
})
