import { Type } from 'typebox'

/** The cursor of a list that is ordered by id. */
export const idPlace = Type.String({ format: 'uuid' })
