import { Type } from 'typebox'

/** The code that a customer enters to get a promotion. */
export const CouponCode = Type.String({
  pattern: '^[A-Za-z0-9-]{3,40}$',
  description: 'not case-sensitive; stored in upper case',
})
