import { expect, test } from 'vitest'
import { readWordVectors } from '../vectors/read-word-vectors.ts'
import { dot, embed, partsOf } from './embed.ts'
import { sentencesOf, wordsOf } from './text.ts'

const vectors = readWordVectors(new URL('../service.ts', import.meta.url))
const alike = (left: string, right: string) => dot(embed(vectors, left), embed(vectors, right))

test('texts that mean nearly the same are nearer than others, also without a common word', () => {
  expect(alike('voucher', 'gift card')).toBeGreaterThan(alike('voucher', 'kettle') + 0.1)
  expect(alike('The parcel is lost', 'my package never arrived')).toBeGreaterThan(
    alike('The parcel is lost', 'green tea and honey') + 0.1,
  )
})

test('the vector of a text has length 1, and one without known words is zero', () => {
  expect(Math.hypot(...embed(vectors, 'How do I return goods?'))).toBeCloseTo(1, 5)
  for (const text of ['', '?!', '漢字']) expect(Math.hypot(...embed(vectors, text))).toBe(0)
})

test('an unknown word is made of the longest parts that are known', () => {
  expect(partsOf(vectors, 'tea')).toHaveLength(1)
  expect(partsOf(vectors, 'teakettlelike').length).toBeGreaterThan(1)
  expect(partsOf(vectors, 'zzzzqqqq').length).toBeGreaterThan(0)
  expect(alike('wheelchair', 'wheelchairs')).toBeGreaterThan(0.5)
})

test('words have no case, accents or apostrophes', () => {
  expect(wordsOf("Don't drop the CAFÉ, Zoë!")).toEqual(['dont', 'drop', 'the', 'cafe', 'zoe'])
})

test('a sentence is found where it stands, and a decimal point does not end it', () => {
  const text = ' Wait for 2.5 hours. Then call us!\n- Bring the receipt'
  const sentences = sentencesOf(text, 10).map(({ start, end }) => text.slice(start, end))
  expect(sentences).toEqual(['Wait for 2.5 hours.', 'Then call us!', '- Bring the receipt'])
  expect(sentencesOf(text, 2)).toHaveLength(2)
})
