import { accessTable } from '@stoa/contracts/auth/roles'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { Movement, NewProduct, Product, Reservation, Warehouse } from '@stoa/contracts/inventory/resources'
import { AppError, newId } from '@stoa/kernel'
import { startTestService, type TestRequest, type TestService } from '@stoa/testing'
import { expect } from 'vitest'
import { inventoryService } from '../src/service.ts'

interface StockLine {
  readonly sku: string
  readonly quantity: number
}

interface RpcBody {
  readonly reservationId?: string
  readonly parcels?: readonly { readonly warehouseId: string; readonly lines: readonly StockLine[] }[]
  readonly variants?: readonly {
    readonly sku: string
    readonly name: string
    readonly status: string
    readonly version: string
  }[]
  readonly nextAfterSku?: string
  readonly reservations?: readonly {
    readonly orderId: string
    readonly status: string
    readonly lines?: readonly StockLine[]
  }[]
  /** Of a refusal, Connect's. */
  readonly code?: string
  readonly message?: string
}

type HttpBody = Partial<Product> &
  Partial<Omit<Reservation, 'id' | 'status'>> &
  Partial<Omit<Movement, 'id'>> &
  Partial<Omit<Warehouse, 'id' | 'name'>> & {
    readonly code?: string
    readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
    readonly items?: readonly any[]
    readonly nextCursor?: string
  }

interface Answered<Body> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

interface CallKeys {
  readonly key?: string
  readonly compensates?: string
}

/** Inventory under test, spoken to as order, as staff and as anybody. */
export interface InventoryApp {
  readonly service: TestService<InventoryService>
  readonly call: (method: string, input: object, keys?: CallKeys) => Promise<Answered<RpcBody>>
  /** Sends an HTTP request, as staff by default. */
  readonly ask: (method: string, path: string, request?: TestRequest) => Promise<Answered<HttpBody>>
  /** Says how order answers for an order from here on; there is none until then. */
  readonly orderIs: (orderId: string, status: string) => void
  readonly warehouse: (code: string, country: string) => Promise<string>
  /** Makes a product of one SKU and puts so many of it into each warehouse. */
  readonly stocked: (
    sku: string,
    quantities?: Readonly<Record<string, number>>,
    more?: Partial<NewProduct>,
  ) => Promise<Product>
  readonly adjust: (sku: string, warehouseId: string, delta: number, more?: object) => Promise<Answered<HttpBody>>
  readonly availability: (sku: string) => Promise<{ available: number; onHand: number; reserved: number }>
  /** Fails unless movements, stock and reservations say the same of every SKU in every warehouse. */
  readonly expectBooksToAgree: () => Promise<void>
  /** The types of the events about a subject, oldest first. */
  readonly eventsOf: (subject: string) => Promise<readonly string[]>
}

export const staff = { subject: '0198c0de-0000-7000-8000-00000000000a', roles: ['staff'] }

export function newProduct(sku: string, more: Partial<NewProduct> = {}): NewProduct {
  return {
    name: `Product ${sku}`,
    description: 'What it is.',
    status: 'active',
    category: 'tea',
    taxClass: 'standard',
    tags: [],
    attributes: {},
    variants: [{ sku, name: `Product ${sku}, 100 g`, options: { size: '100 g' }, weightGrams: 120 }],
    ...more,
  }
}

export async function startInventory(settings: Readonly<Record<string, string>> = {}): Promise<InventoryApp> {
  const orders = new Map<string, string>()
  const getSummary = async ({ orderId }: { readonly orderId: string }) => {
    const status = orders.get(orderId)
    if (status === undefined) throw new AppError('not_found', 'order.not_found', `there is no order ${orderId}`)
    return { orderId, status }
  }
  const service = await startTestService(inventoryService, {
    access: accessTable,
    settings,
    calls: {
      order: { getSummary },
      pricing: {
        findTaxClasses: async ({ taxClasses }) => ({
          taxClasses: taxClasses.filter((each) => ['standard', 'reduced'].includes(each)),
        }),
      },
    },
  })
  const ask = (method: string, path: string, request: TestRequest = {}): Promise<Answered<HttpBody>> =>
    service.request(method, path, { as: staff, ...request })
  const made = await ask('POST', '/api/v1/categories', { body: { path: 'tea', name: 'Tea' } })
  expect(made.status).toBe(201)
  const adjust: InventoryApp['adjust'] = (sku, warehouseId, delta, more = {}) => {
    const body = { sku, warehouseId, delta, reason: 'counted', ...more }
    return ask('POST', '/api/v1/inventory/adjustments', { key: newId(), body })
  }
  return {
    service,
    ask,
    adjust,
    orderIs: (orderId, status) => void orders.set(orderId, status),
    call: service.call,
    async warehouse(code, country) {
      const { status, body } = await ask('POST', '/api/v1/inventory/warehouses', {
        body: { code, name: code, country },
      })
      expect(status).toBe(201)
      return String(body.id)
    },
    async stocked(sku, quantities = {}, more = {}) {
      const { status, body } = await ask('POST', '/api/v1/products', { body: newProduct(sku, more) })
      expect(status).toBe(201)
      for (const [warehouseId, delta] of Object.entries(quantities)) {
        expect((await adjust(sku, warehouseId, delta)).status).toBe(201)
      }
      return body as Product
    },
    async availability(sku) {
      const { body } = await ask('GET', `/api/v1/inventory/availability?sku=${sku}`)
      return body.items?.[0] as { available: number; onHand: number; reserved: number }
    },
    async expectBooksToAgree() {
      expect(await differencesOf(service)).toEqual([])
    },
    async eventsOf(subject) {
      return (await service.published()).filter((event) => event.subject === subject).map(({ type }) => type)
    },
  }
}

function differencesOf({ database }: TestService): Promise<object[]> {
  return database.read.sql`
    select stock.*, moved.total as moved, stock_totals.moved as kept, coalesce(promised.total, 0) as promised
      from stock
      left join stock_totals using (sku, warehouse_id)
      left join (select sku, warehouse_id, sum(delta) as total from stock_movements group by 1, 2) as moved
        using (sku, warehouse_id)
      left join (select line ->> 'sku' as sku, (line ->> 'warehouseId')::uuid as warehouse_id,
                        sum((line ->> 'quantity')::bigint) as total
                   from reservations, jsonb_array_elements(outstanding) as line
                  where status in ('held', 'confirmed') group by 1, 2) as promised
        using (sku, warehouse_id)
     where on_hand <> coalesce(moved.total, 0)
        or stock_totals.moved is distinct from moved.total
        or reserved <> coalesce(promised.total, 0)
        or (on_hand - reserved < 0 and not is_backorder_allowed)`
}
