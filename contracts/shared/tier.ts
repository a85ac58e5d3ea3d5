import { Type } from 'typebox'

/** The tier of an account: its rate class, and the customer group that price lists are for. */
export const Tier = Type.Enum(['free', 'premium', 'enterprise'])
