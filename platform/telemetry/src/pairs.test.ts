import { expect, test } from 'vitest'
import { parsePairs } from './pairs.ts'

test.each([
  [undefined, {}],
  ['team=shop,region=eu%20west', { team: 'shop', region: 'eu west' }],
  ['team = shop , nothing, =x', { team: 'shop' }],
  ['team=%zz,region=eu', {}],
])('%s stands for %o', (text, attributes) => {
  expect(parsePairs(text)).toEqual(attributes)
})
