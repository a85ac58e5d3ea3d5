import { expect, test } from 'vitest'
import { locksAfter } from './lock-out.ts'

test('the fifth wrong password from a range locks the account for that range', () => {
  expect(locksAfter({ fromRange: 3, fromAnywhere: 3 })).toEqual({ range: false, account: false })
  expect(locksAfter({ fromRange: 4, fromAnywhere: 4 })).toEqual({ range: true, account: false })
})

test('the twentieth from anywhere locks the account', () => {
  expect(locksAfter({ fromRange: 0, fromAnywhere: 18 })).toEqual({ range: false, account: false })
  expect(locksAfter({ fromRange: 0, fromAnywhere: 19 })).toEqual({ range: false, account: true })
})
