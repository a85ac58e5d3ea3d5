import { expect, test } from 'vitest'
import { parameterIn, parsePathSegment } from './path-segments.ts'

test('a segment is a literal, a parameter, or a parameter with an action', () => {
  expect(parsePathSegment('orders')).toEqual({ parameter: undefined, text: 'orders' })
  expect(parsePathSegment('{id}')).toEqual({ parameter: 'id', text: '' })
  expect(parsePathSegment('{model}:predict')).toEqual({ parameter: 'model', text: ':predict' })
})

test.each(['v{id}', '{id}.json', '{}', '{id', '{model}:'])('%s is refused', (segment) => {
  expect(() => parsePathSegment(segment)).toThrow('neither a literal nor a parameter')
})

test('the value of a parameter is what stands before the action', () => {
  const declared = parsePathSegment('{model}:predict')
  expect(parameterIn(declared, 'fraud-score:predict')).toBe('fraud-score')
  expect(parameterIn(declared, 'fraud-score')).toBeUndefined()
  expect(parameterIn(declared, ':predict')).toBeUndefined()
  expect(parameterIn(declared, 'a:b:predict')).toBeUndefined()
  expect(parameterIn(parsePathSegment('{id}'), 'a:b')).toBe('a:b')
})
