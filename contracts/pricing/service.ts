import { describeService, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { productCreated, productDeleted, productUpdated } from '../inventory/events.ts'
import { userCreated, userDeleted, userUpdated } from '../user/events.ts'
import { pricingErrors } from './errors.ts'
import * as events from './events.ts'
import * as http from './http.ts'
import { PricingRpc } from './rpc_pb.js'

const quoteRefusals = [
  'pricing.unknown_sku',
  'pricing.region_unknown',
  'pricing.currency_unknown',
  'pricing.coupon_unknown',
  'pricing.shipping_method_unknown',
] as const

/** Price lists, promotions, tax, quotes. */
export const pricing = describeService({
  name: 'pricing',
  port: 8007,
  owner: 'commerce',
  slo: { availability: 0.999, p99Ms: 50, errorRate: 0.001 },
  errors: pricingErrors,
  operations: http,
  rpc: rpc(PricingRpc, {
    quote: { effect: 'write', refuses: quoteRefusals },
    getQuote: { effect: 'read', refuses: ['pricing.quote_not_found', 'pricing.quote_expired'] },
    acceptQuote: {
      effect: 'write',
      refuses: [
        'pricing.quote_not_found',
        'pricing.quote_expired',
        'pricing.coupon_exhausted',
        'pricing.quote_withdrawn',
      ],
    },
    releaseQuote: { effect: 'write' },
    listAcceptances: { effect: 'read' },
    checkPromotions: { effect: 'read' },
  }),
  publishes: events,
  consumes: { productCreated, productUpdated, productDeleted, userCreated, userUpdated, userDeleted },
  tasks: {
    'purge-quotes': { payload: Type.Object({}), everyMs: 300_000 },
    'announce-promotion': { payload: Type.Object({ promotionId: Type.String({ format: 'uuid' }) }) },
  },
  personalData: {
    couponUses: 'who has used a coupon, for its cap per customer',
    tier: 'which price lists are for an account',
  },
})

export type PricingService = typeof pricing
