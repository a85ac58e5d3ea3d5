import { expect, test } from 'vitest'
import { errorsIn } from './check-types.ts'

test('the errors of a compiler are those lines that name one', () => {
  const output = [
    'services/order/src/service.ts(22,5): error TS2741: Property release is missing.',
    '  Type A is not assignable to type B.',
    'contracts/order/http.ts(3,1): error TS1005: expected.',
    '',
  ].join('\n')
  expect(errorsIn(output)).toEqual([
    'services/order/src/service.ts(22,5): error TS2741: Property release is missing.',
    'contracts/order/http.ts(3,1): error TS1005: expected.',
  ])
  expect(errorsIn('')).toEqual([])
})
