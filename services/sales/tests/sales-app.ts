import { accessTable } from '@stoa/contracts/auth/roles'
import { orderCancelled, orderConfirmed, orderReturned } from '@stoa/contracts/order/events'
import type { SalesService } from '@stoa/contracts/sales/service'
import type { SalesChannel } from '@stoa/contracts/shared/sales-channel'
import { newId } from '@stoa/kernel'
import { startTestService, type Stubs, type TestService, type TestServiceOptions } from '@stoa/testing'
import { salesService } from '../src/service.ts'

export const staff = { subject: newId(), roles: ['staff'] }
export const manager = { subject: newId(), roles: ['manager'] }
export const operator = { subject: newId(), roles: ['ops'] }
export const eur = (amount: number) => ({ amount, currency: 'EUR' })

/** An order of two tins and shipping: 24.90 euros. */
export interface TestOrder {
  readonly orderId: string
  readonly customerId: string
  /** Missing in events of older releases. */
  readonly channel?: SalesChannel
}

/** Sales under test, and the events of orders. */
export interface SalesApp {
  readonly service: TestService<SalesService>
  readonly confirm: (order: TestOrder) => Promise<void>
  readonly cancel: (order: TestOrder) => Promise<void>
  readonly giveBack: (order: TestOrder, quantity: number, all: boolean) => Promise<void>
  readonly sell: (
    body?: object,
    as?: { readonly subject: string; readonly roles: string[] },
    key?: string,
  ) => Promise<any>
  readonly post: (path: string, body: object, key?: string) => Promise<any>
  readonly get: (path: string) => Promise<any>
}

export const saleOf = (more: object = {}) => ({
  till: 'TILL-1',
  lines: [{ sku: 'TEA', quantity: 3, unitPrice: eur(1_000), ...more }],
})

export const anOrder = (more: Partial<TestOrder> = {}): TestOrder => ({
  orderId: newId(),
  customerId: newId(),
  ...more,
})

/** Inventory with active tea and discontinued mugs. */
const inventory: NonNullable<Stubs<SalesService>['inventory']> = {
  getVariants: async ({ skus }) => ({
    variants: skus
      .filter((sku) => ['TEA', 'MUG'].includes(sku))
      .map((sku) => ({ sku, name: sku, status: sku === 'MUG' ? 'discontinued' : 'active' })),
  }),
}

/** Starts sales. */
export async function startSales(options: Partial<TestServiceOptions<SalesService>> = {}): Promise<SalesApp> {
  const service = await startTestService(salesService, { access: accessTable, calls: { inventory }, ...options })
  const about = ({ orderId, customerId }: TestOrder) => ({ orderId, customerId, number: `S-${orderId.slice(-6)}` })
  return {
    service,
    confirm: (order) =>
      service.receive(orderConfirmed, order.orderId, {
        ...about(order),
        total: eur(2_490),
        ...(order.channel && { channel: order.channel }),
        lines: [{ sku: 'TEA', quantity: 2, total: eur(2_000) }],
      }),
    cancel: (order) => service.receive(orderCancelled, order.orderId, { ...about(order), reason: 'changed my mind' }),
    giveBack: (order, quantity, all) =>
      service.receive(orderReturned, order.orderId, {
        ...about(order),
        lines: [{ sku: 'TEA', quantity, inOrder: true }],
        all,
      }),
    sell: (body = saleOf(), as = staff, key = newId()) => service.request('POST', '/api/v1/sales', { as, key, body }),
    post: (path, body, key = newId()) => service.request('POST', `/api/v1/sales/${path}`, { as: staff, key, body }),
    get: (path) => service.request('GET', `/api/v1/sales${path}`, { as: staff }),
  }
}
