import { Type } from 'typebox'

/** The name of a time zone in the database of IANA, such as `Europe/Vienna`; whether it exists is checked by `isTimeZone` of the kernel. */
export const TimeZone = Type.String({
  maxLength: 64,
  pattern: '^[A-Za-z][A-Za-z0-9_+/-]*$',
  description: 'name of IANA',
})
