import { accessTable } from '@stoa/contracts/auth/roles'
import type { Invoice } from '@stoa/contracts/billing/resources'
import type { BillingService } from '@stoa/contracts/billing/service'
import { orderConfirmed } from '@stoa/contracts/order/events'
import { refundFailed, refundProcessed } from '@stoa/contracts/payment/events'
import { AppError, newId } from '@stoa/kernel'
import { startTestService, type Stubs, type TestService, type TestServiceOptions } from '@stoa/testing'
import { billingService } from '../src/service.ts'

/** A confirmed order. */
export interface TestOrder {
  readonly orderId: string
  readonly customerId: string
}

/** A line as order has it; the tax is within the total, 20 % by default. */
export interface TestLine {
  readonly name: string
  readonly quantity: number
  readonly total: number
  readonly rate?: number
}

const wire = (amount: number) => ({ amount: BigInt(amount), currency: 'EUR' })
const taxIn = (total: number, rate = 2_000) => Math.round((total * rate) / (10_000 + rate))

interface RefundParts {
  readonly refundId?: string
  /** The goods that came back: their SKUs and quantities. */
  readonly goods?: Readonly<Record<string, number>>
}

/** Billing under test, with the orders that order knows. */
export interface BillingApp {
  readonly service: TestService<BillingService>
  /** An order that order can be asked about. */
  readonly order: (lines?: readonly TestLine[], customerId?: string) => TestOrder
  readonly confirm: (order: TestOrder) => Promise<void>
  /** Publishes a refund; returns its id. */
  readonly refund: (order: TestOrder, amount: number, more?: RefundParts) => Promise<string>
  /** Publishes that a refund has failed. */
  readonly failRefund: (order: TestOrder, refundId: string, amount: number) => Promise<void>
  /** The documents of an order, oldest first. */
  readonly documentsOf: (order: TestOrder) => Promise<Invoice[]>
}

export const staff = { subject: newId(), roles: ['staff'] }
/** The locale of every account but these. */
export const germanCustomer = newId()
export const erasedCustomer = newId()

/** Starts billing beside an order and a user service that are stubs. */
export async function startBilling(options: Partial<TestServiceOptions<BillingService>> = {}): Promise<BillingApp> {
  const orders = new Map<string, readonly TestLine[]>()
  const returns = new Map<string, Readonly<Record<string, number>>>()
  const order: Stubs<BillingService>['order'] = {
    getInvoiceDetails: async ({ orderId }) => {
      const lines = orders.get(orderId) ?? []
      const total = lines.reduce((sum, line) => sum + line.total, 600)
      return {
        orderId,
        number: `S-${orderId.slice(-6)}`,
        lines: lines.map((line, index) => ({
          sku: `SKU-${index}`,
          name: line.name,
          quantity: line.quantity,
          discount: wire(0),
          tax: wire(taxIn(line.total, line.rate)),
          total: wire(line.total),
          taxRateBasisPoints: line.rate ?? 2_000,
        })),
        shipping: wire(600),
        tax: wire(lines.reduce((sum, line) => sum + taxIn(line.total, line.rate), taxIn(600))),
        total: wire(total),
        address: { name: 'Ada Lovelace', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' },
      }
    },
    getReturnedGoods: async ({ returnId }) => ({
      goods: Object.entries(returns.get(returnId) ?? {}).map(([sku, quantity]) => ({ sku, quantity })),
    }),
  }
  const user: Stubs<BillingService>['user'] = {
    getContact: async ({ userId }) => {
      if (userId === erasedCustomer) throw new AppError('not_found', 'user.not_found', 'erased')
      return { email: 'ada@stoa.example', name: 'Ada', locale: userId === germanCustomer ? 'de-AT' : 'en' }
    },
  }
  const service = await startTestService(billingService, { access: accessTable, calls: { order, user }, ...options })
  return {
    service,
    order(lines = [{ name: 'Green tea', quantity: 2, total: 2_400 }], customerId = newId()) {
      const orderId = newId()
      orders.set(orderId, lines)
      return { orderId, customerId }
    },
    confirm: ({ orderId, customerId }) =>
      service.receive(orderConfirmed, orderId, {
        orderId,
        number: `S-${orderId.slice(-6)}`,
        customerId,
        total: { amount: (orders.get(orderId) ?? []).reduce((sum, { total }) => sum + total, 600), currency: 'EUR' },
        lines: [],
      }),
    async refund({ orderId, customerId }, amount, { refundId = newId(), goods } = {}) {
      const [paymentId, returnId] = [newId(), newId()]
      const fact = { refundId, paymentId, orderId, customerId, amount: { amount, currency: 'EUR' } }
      if (goods !== undefined) returns.set(returnId, goods)
      await service.receive(refundProcessed, paymentId, goods === undefined ? fact : { ...fact, returnId })
      return refundId
    },
    async failRefund({ orderId, customerId }, refundId, amount) {
      const fact = { refundId, paymentId: newId(), orderId, customerId, amount: { amount, currency: 'EUR' } }
      await service.receive(refundFailed, fact.paymentId, fact)
    },
    async documentsOf({ orderId }) {
      const { body } = await service.request('GET', `/api/v1/invoices?orderId=${orderId}&limit=200`, { as: staff })
      return body.items.toReversed()
    },
  }
}
