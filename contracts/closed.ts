/** An object that rejects unknown fields. */
export const closed = { additionalProperties: false } as const

/** A record of at most 100 entries whose names the schema describes. */
export const closedRecord = { additionalProperties: false, maxProperties: 100 } as const
