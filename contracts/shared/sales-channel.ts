import { Type, type Static } from 'typebox'

/** Where an order comes from: the shop as a web page, its app, a marketplace of others, or a customer on the phone. */
export const SalesChannel = Type.Enum(['web', 'app', 'marketplace', 'phone'])
export type SalesChannel = Static<typeof SalesChannel>

/** The channel of requests that state none, and of orders that were placed before there were channels. */
export const defaultSalesChannel = 'web' satisfies SalesChannel

/** The channels that customers use themselves; orders of all others are entered by staff or by programs of partners. */
export const ownChannels: readonly SalesChannel[] = ['web', 'app']
