import { Type } from 'typebox'

/** A language, and where it matters the country where it is spoken, such as `en` or `de-AT`. */
export const Locale = Type.String({ pattern: '^[a-z]{2}(-[A-Z]{2})?$' })
