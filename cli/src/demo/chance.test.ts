import { expect, test } from 'vitest'
import { chanceFrom } from './chance.ts'
import { scenarios } from './scenarios.ts'

test('the same seed gives the same again, another one something else', () => {
  const drawn = (seed: number) => {
    const chance = chanceFrom(seed)
    return [chance.next(), chance.between(1, 1_000_000), chance.shuffled([1, 2, 3, 4, 5, 6, 7, 8])]
  }
  expect(drawn(7)).toEqual(drawn(7))
  expect(drawn(7)).not.toEqual(drawn(8))
})

test('what is shuffled is all there, and what is drawn lies between', () => {
  const chance = chanceFrom(1)
  for (let count = 0; count < 200; count += 1) {
    expect(chance.shuffled(['a', 'b', 'c']).toSorted()).toEqual(['a', 'b', 'c'])
    expect([2, 3, 4]).toContain(chance.between(2, 4))
  }
})

test('the kinds of visits make up twenty', () => {
  expect(scenarios.reduce((sum, { ofTwenty }) => sum + ofTwenty, 0)).toBe(20)
})
