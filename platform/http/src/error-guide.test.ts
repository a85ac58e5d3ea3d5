import { platformErrors } from '@stoa/contract'
import { expect, test } from 'vitest'
import { errorGuide } from './error-guide.ts'

test('what is unavailable for now may be asked again, what was decided may not', () => {
  const guideOf = (code: keyof typeof platformErrors) => errorGuide(code, platformErrors[code])
  expect(guideOf('service.unavailable')).toMatchObject({ status: 503, isRetryable: true })
  expect(guideOf('request.rate_limited')).toMatchObject({ status: 429, retry: expect.stringContaining('Retry-After') })
  expect(guideOf('idempotency.in_progress')).toMatchObject({ status: 409, isRetryable: true })
  expect(guideOf('saga.ended')).toMatchObject({ status: 409, isRetryable: false })
  expect(guideOf('request.method_not_allowed')).toMatchObject({ status: 405, isRetryable: false })
})
