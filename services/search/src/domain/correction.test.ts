import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseCorrection, editDistance, nearWords } from './correction.ts'

const among = (...words: readonly (readonly [string, number])[]) =>
  words.map(([word, products]) => ({ word, products }))

test('a transposition, a missing, an additional and a wrong letter are one edit each', () => {
  for (const typed of ['grene', 'gren', 'greeen', 'groen'])
    expect([typed, editDistance(typed, 'green')]).toEqual([typed, 1])
})

test('chooses the nearest word, then the same first letter, then the most frequent', () => {
  expect(chooseCorrection('oolnog', among(['oolong', 1], ['lapsang', 50]))).toBe('oolong')
  expect(chooseCorrection('tee', among(['bee', 90], ['tea', 5]))).toBe('tea')
  expect(chooseCorrection('tex', among(['ten', 1], ['tea', 70]))).toBe('tea')
})

test('chooses no word that no product has together with the other words', () => {
  expect(chooseCorrection('gray', among(['gram', 0], ['grey', 2]))).toBe('grey')
  expect(chooseCorrection('gray', among(['gram', 0]))).toBeUndefined()
})

test('no word of two letters has near words, and longer words have more', () => {
  expect(nearWords('te', ['tea'])).toEqual([])
  expect(nearWords('grene', ['green', 'greek', 'grown'])).toEqual(['green'])
  expect(nearWords('esspreso', ['espresso', 'express'])).toEqual(['espresso'])
})

test('the distance is symmetric, zero only for equal words, and at most the longer length', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
  fc.assert(
    fc.property(word, word, (from, to) => {
      const distance = editDistance(from, to)
      expect(distance).toBe(editDistance(to, from))
      expect(distance === 0).toBe(from === to)
      expect(distance).toBeLessThanOrEqual(Math.max(from.length, to.length))
    }),
  )
})
