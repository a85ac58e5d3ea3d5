import type { OrderService } from '@stoa/contracts/order/service'
import { type AppError, newId, platformError } from '@stoa/kernel'
import type { Stubs } from '@stoa/testing'

/** The other services as order sees them: they agree, until they are told otherwise, and note what they were asked. */
export interface StandIns {
  readonly calls: Required<Stubs<OrderService>>
  readonly log: string[]
  /** What payment was asked to give back, in minor units; undefined for all of it. */
  readonly refunds: (number | undefined)[]
  /** The return that each refund was for; empty for any other. */
  readonly refundedReturns: string[]
  readonly reset: () => void
  readonly fails: (method: string, error: AppError) => void
  /** Once, before this method answers. */
  readonly before: (method: string, action: () => Promise<unknown>) => void
  readonly declines: (code: string) => void
  readonly reviews: () => void
  /** The bank asks the customer to confirm. */
  readonly awaitsCustomer: () => void
  readonly refusesMethod: () => void
  /** Every SKU costs this from here on. */
  readonly unitCosts: (amount: number) => void
  /** What pricing was asked to quote: its SKUs and quantities. */
  readonly quoted: string[]
  /** The currency and channel of each. */
  readonly quotedCurrencies: string[]
  readonly holdsPicking: () => void
  /** Quotes are different in these from here on. */
  readonly quotes: (more: object) => void
}

const eur = (amount: number) => ({ amount: BigInt(amount), currency: 'EUR' })

export function standIns(): StandIns {
  const log: string[] = []
  const quotedBaskets: string[] = []
  const quotedCurrencies: string[] = []
  let unit = 1000
  const refunds: (number | undefined)[] = []
  const refundedReturns: string[] = []
  const failures = new Map<string, AppError>()
  const actions = new Map<string, () => Promise<unknown>>()
  const state = { payment: 'captured', code: '', actionRequired: false, isUsable: true }
  let quoted: object = {}
  const noted =
    <Request, Answer>(method: string, answer: (request: Request) => Promise<Answer>, name = method) =>
    async (request: Request): Promise<Answer> => {
      if (!['quote', 'getQuote', 'checkMethod', 'getVariants'].includes(method)) log.push(name)
      const action = actions.get(method)
      actions.delete(method)
      await action?.()
      const failure = failures.get(method)
      if (failure !== undefined) throw failure
      return answer(request)
    }
  const quote = (items: readonly { sku: string; quantity: number }[], more: object = {}) => ({
    quote: {
      id: newId(),
      lines: items.map(({ sku, quantity }) => ({
        sku,
        quantity,
        listPrice: eur(unit),
        priceList: 'retail',
        discounts: [],
        net: eur(unit * quantity),
        tax: eur(0),
        taxRateBasisPoints: 1_900,
        total: eur(unit * quantity),
      })),
      subtotal: eur(2000),
      discount: eur(0),
      tax: eur(0),
      shipping: eur(499),
      total: eur(2499),
      expiresAt: '2999-01-01T00:00:00Z',
      customerId: '',
      region: 'DE',
      couponCodes: [],
      shippingMethod: 'standard',
      ...quoted,
      ...more,
    },
  })
  const calls: StandIns['calls'] = {
    pricing: {
      findCurrency: async ({ region, channel }) => {
        const failure = failures.get('findCurrency')
        if (failure !== undefined) throw failure
        return { currency: region === 'CH' ? 'CHF' : channel === 'app' && region === 'US' ? 'USD' : 'EUR' }
      },
      quote: noted('quote', async ({ items, currency, channel }) => {
        quotedCurrencies.push(`${currency} ${channel}`)
        quotedBaskets.push(items.map(({ sku, quantity }) => `${quantity} ${sku}`).join(', '))
        return quote(items)
      }),
      getQuote: noted('getQuote', async ({ quoteId }) => quote([{ sku: 'TEA', quantity: 2 }], { id: quoteId })),
      acceptQuote: noted('acceptQuote', async () => ({})),
      releaseQuote: noted('releaseQuote', async () => ({})),
      listAcceptances: async () => ({}),
      checkPromotions: async () => ({}),
    },
    inventory: {
      getVariants: noted('getVariants', async ({ skus }) => ({
        variants: skus.filter((sku) => sku === 'TEA').map((sku) => ({ sku, name: 'Green tea', status: 'active' })),
      })),
      reserve: noted('reserve', async ({ lines }) => ({
        reservationId: newId(),
        parcels: [{ warehouseId: newId(), lines }],
      })),
      release: noted('release', async () => ({})),
      confirm: noted('confirm', async () => ({})),
      listReservations: async () => ({}),
      checkStock: async () => ({}),
    },
    payment: {
      checkMethod: noted('checkMethod', async () => ({ usable: state.isUsable })),
      keepMethod: noted('keepMethod', async () => ({ paymentMethodId: newId() })),
      pay: noted('pay', async () => ({
        paymentId: newId(),
        outcome: state.payment,
        code: state.code,
        actionRequired: state.actionRequired,
      })),
      refund: noted('refund', async ({ amount, returnId }) => {
        refundedReturns.push(returnId)
        refunds.push(amount === undefined ? undefined : Number(amount.amount))
        return amount === undefined ? {} : { refunded: amount }
      }),
      listPayments: async () => ({}),
    },
    shipping: {
      createShipment: noted('createShipment', async () => ({ shipmentId: newId() })),
      cancelShipment: noted('cancelShipment', async () => ({})),
      release: noted('shipping.release', async () => ({})),
      listShipments: async () => ({}),
    },
  }
  return {
    calls,
    log,
    quoted: quotedBaskets,
    quotedCurrencies,
    refunds,
    refundedReturns,
    reset() {
      log.length = 0
      quotedBaskets.length = 0
      quotedCurrencies.length = 0
      unit = 1000
      refunds.length = 0
      refundedReturns.length = 0
      failures.clear()
      actions.clear()
      quoted = {}
      Object.assign(state, { payment: 'captured', code: '', actionRequired: false, isUsable: true })
    },
    fails: (method, error) => void failures.set(method, error),
    before: (method, action) => void actions.set(method, action),
    declines: (code) => void Object.assign(state, { payment: 'declined', code }),
    awaitsCustomer: () => void Object.assign(state, { payment: 'in_review', actionRequired: true }),
    reviews: () => void Object.assign(state, { payment: 'in_review' }),
    refusesMethod: () => void Object.assign(state, { isUsable: false }),
    unitCosts: (amount) => void (unit = amount),
    quotes: (more) => void (quoted = more),
    holdsPicking: () => void failures.set('shipping.release', platformError('service.unavailable', 'away')),
  }
}
