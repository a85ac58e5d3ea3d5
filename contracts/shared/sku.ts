import { Type } from 'typebox'

/** A name that needs no encoding in a path: letters and digits and, after the first character, also `.`, `_` and `-`. */
export function pathName(maxLength: number) {
  return Type.String({ pattern: `^[A-Za-z0-9][A-Za-z0-9._-]{0,${maxLength - 1}}$` })
}

/** A stock keeping unit; no two differ in case only. */
export const Sku = pathName(64)
