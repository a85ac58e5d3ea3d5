import type { EventData } from '@stoa/contract'
import { accessTable } from '@stoa/contracts/auth/roles'
import { productCreated } from '@stoa/contracts/inventory/events'
import { pricing, type PricingService } from '@stoa/contracts/pricing/service'
import { newId, systemClock } from '@stoa/kernel'
import { txMaker } from '@stoa/service'
import { eventually, startTestService, type AsJson, type TestAnswer, type TestService } from '@stoa/testing'
import { expect } from 'vitest'
import { seedPrices } from '../src/seed.ts'
import { pricingService } from '../src/service.ts'

/** Pricing with the demonstration's tables and two products: TEA, which is for sale, and CUP, which is not any more. */
export interface PricingApp {
  readonly service: TestService<PricingService>
  /** Requests a quote anonymously, by default for two TEA to Germany. */
  readonly quote: (more?: object) => Promise<TestAnswer>
  /** The id of a quote that order has asked for. */
  readonly quoteFor: (customerId: string, more?: object) => Promise<string>
  readonly accept: (quoteId: string, customerId: string, keys?: object, orderId?: string) => Promise<TestAnswer>
  /** The e-mail addresses of accounts in user, which may come late; an account that is not named has one of its own. */
  readonly emails: Map<string, string | Promise<string>>
  /** The accounts whose address is not verified, as those of guests. */
  readonly unverified: Set<string>
  /** Creates a promotion, by default of 10 %. */
  readonly promote: (more: object) => Promise<any>
}

export const manager = { subject: newId(), roles: ['manager'] }

/** Starts pricing; ready when it sells. */
export async function startPricing(settings: Record<string, string> = {}): Promise<PricingApp> {
  const emails: PricingApp['emails'] = new Map()
  const unverified = new Set<string>()
  const service = await startTestService(pricingService, {
    access: accessTable,
    settings,
    calls: {
      user: {
        getContact: async ({ userId }) => ({
          email: (await emails.get(userId)) ?? `${userId}@stoa.example`,
          emailVerified: !unverified.has(userId),
        }),
      },
      shipping: {
        findMethods: async ({ country }) => ({
          methods: country === 'AQ' ? [] : ['standard', 'express'],
        }),
      },
    },
  })
  const makeTx = txMaker({ service: pricing, clock: systemClock, newId, schemaBaseUrl: 'http://127.0.0.1:8080' })
  const prices = [
    { sku: 'TEA', amount: 1_000 },
    { sku: 'CUP', amount: 2_000 },
  ]
  await service.database.transaction((handle) => seedPrices(makeTx(handle), prices, { newId }))
  await service.receive(productCreated, newId(), product('CUP', { status: 'discontinued' }))
  await service.receive(productCreated, newId(), product('TEA'))
  const app = appOf(service, { emails, unverified })
  await eventually(async () => expect((await app.quote()).status).toBe(200))
  return app
}

/** A product with one variant, as inventory tells of it. */
export function product(sku: string, more: Partial<AsJson<EventData<typeof productCreated>>> = {}) {
  const variants = [{ sku, name: sku, weightGrams: 100 }]
  const said = {
    version: 1,
    status: 'active' as const,
    name: sku,
    category: 'tea',
    tags: [],
    taxClass: 'reduced',
    variants,
  }
  return { productId: newId(), ...said, ...more }
}

function appOf(service: TestService, accounts: Pick<PricingApp, 'emails' | 'unverified'>): PricingApp {
  const items = [{ sku: 'TEA', quantity: 2 }]
  return {
    service,
    ...accounts,
    quote: (more = {}) => service.request('POST', '/api/v1/pricing/quote', { body: { items, region: 'DE', ...more } }),
    quoteFor: async (customerId, more = {}) => {
      const { body } = await service.call('Quote', { customerId, items, currency: 'EUR', region: 'DE', ...more })
      return body.quote.id
    },
    accept: (quoteId, customerId, keys = {}, orderId = newId()) =>
      service.call('AcceptQuote', { quoteId, orderId, customerId }, keys),
    promote: async (more) => {
      const effect = { kind: 'percentage', basisPoints: 1_000 }
      const body = { name: 'P', effect, isStackable: true, priority: 10, isActive: true, ...more }
      return (await service.request('POST', '/api/v1/pricing/promotions', { as: manager, body })).body
    },
  }
}
