/** Unknown fields are refused. */
export const closed = { additionalProperties: false } as const
