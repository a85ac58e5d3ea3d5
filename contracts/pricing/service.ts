import { describeService, pick, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { productCreated, productDeleted, productUpdated } from '../inventory/events.ts'
import { ShippingRpc } from '../shipping/rpc_pb.js'
import { userCreated, userDeleted, userUpdated } from '../user/events.ts'
import { UserRpc } from '../user/rpc_pb.js'
import * as currencies from './currencies-http.ts'
import { pricingErrors } from './errors.ts'
import * as events from './events.ts'
import { pricingExamples } from './examples.ts'
import { pricingGraph } from './graph.ts'
import * as http from './http.ts'
import { PricingRpc } from './rpc_pb.js'

const quoteRefusals = [
  'pricing.unknown_sku',
  'pricing.quantity_too_small',
  'pricing.quantity_too_large',
  'pricing.region_unknown',
  'pricing.currency_unknown',
  'pricing.coupon_unknown',
  'pricing.coupon_email_unverified',
  'pricing.shipping_method_unknown',
] as const

const described = describeService({
  name: 'pricing',
  port: 8007,
  owner: 'commerce',
  slo: { availability: 0.999, p99Ms: 50, errorRate: 0.001 },
  errors: pricingErrors,
  operations: { ...http, ...currencies },
  rpc: rpc(PricingRpc, {
    quote: { effect: 'write', refuses: quoteRefusals },
    getQuote: { effect: 'read', refuses: ['pricing.quote_not_found', 'pricing.quote_expired'] },
    acceptQuote: {
      effect: 'write',
      refuses: [
        'pricing.quote_not_found',
        'pricing.quote_expired',
        'pricing.coupon_exhausted',
        'pricing.coupon_email_unverified',
      ],
    },
    releaseQuote: { effect: 'write' },
    listAcceptances: { effect: 'read' },
    checkPromotions: { effect: 'read' },
    findTaxClasses: { effect: 'read' },
    findCurrency: { effect: 'read' },
  }),
  publishes: events,
  consumes: { productCreated, productUpdated, productDeleted, userCreated, userUpdated, userDeleted },
  calls: { user: pick(UserRpc, 'getContact'), shipping: pick(ShippingRpc, 'findMethods') },
  tasks: {
    'purge-quotes': { payload: Type.Object({}), everyMs: 300_000 },
    'announce-promotion': { payload: Type.Object({ promotionId: Type.String({ format: 'uuid' }) }) },
  },
  personalData: {
    couponUses:
      'the account and a keyed hash of its mailbox for each used coupon, for its limit per customer; after an erasure the hash alone stays until a day after the promotion has ended (legitimate interest: registering again must not renew the limit)',
    quotes: 'the baskets priced for the account, until a day after the quote has expired or the account is erased',
    tier: 'the price lists that apply to an account',
  },
  examples: pricingExamples,
  graph: pricingGraph,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface PricingService extends Described {}

/** Price lists, promotions, tax, quotes. */
export const pricing: PricingService = described
