import { Type } from 'typebox'

/** Where a list that is ordered by id goes on. */
export const idPlace = Type.String({ format: 'uuid' })
