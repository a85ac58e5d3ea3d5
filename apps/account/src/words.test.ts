import { expect, test } from 'vitest'
import { wordsFor } from './words.ts'

test('the first language of the browser that there is decides', () => {
  expect(wordsFor(['fr', 'de-AT', 'en']).language).toBe('de')
  expect(wordsFor(['en-GB', 'de']).language).toBe('en')
  expect(wordsFor(['fr']).language).toBe('en')
})
