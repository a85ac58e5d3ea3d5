import { closed, get, PageQuery, pageSchema, post, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { Region, RegionCurrency } from './resources.ts'

const manage = { permission: 'pricing:manage', owner: 'none' } as const

/** GET /api/v1/pricing/currencies */
export const listCurrencies = get('/api/v1/pricing/currencies', {
  ...manage,
  summary: 'List the currencies of regions, by region and channel',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(RegionCurrency) },
})

/** POST /api/v1/pricing/currencies */
export const setCurrency = post('/api/v1/pricing/currencies', {
  ...manage,
  audited: true,
  summary: 'Set the currency of a region, for a channel or for all others; it counts where a request states none',
  body: Type.Omit(RegionCurrency, ['version'], closed),
  answers: { 201: RegionCurrency },
})

/** GET /api/v1/pricing/currencies/{region}/{channel} */
export const getCurrency = get('/api/v1/pricing/currencies/{region}/{channel}', {
  params: { region: Region, channel: RegionCurrency.properties.channel },
  ...manage,
  summary: 'Read the currency of a region and channel',
  answers: { 200: RegionCurrency },
  refuses: ['pricing.currency_not_found'],
})

/** DELETE /api/v1/pricing/currencies/{region}/{channel} */
export const deleteCurrency = remove('/api/v1/pricing/currencies/{region}/{channel}', {
  params: { region: Region, channel: RegionCurrency.properties.channel },
  ...manage,
  audited: true,
  summary: 'Delete the currency of a region and channel; that of all channels counts, or else that of the shop',
  answers: { 204: null },
  refuses: ['pricing.currency_not_found'],
})
