import { randomUUID } from 'node:crypto'
import { eventually } from '@stoa/testing'
import { differencesOf, readBooks, type Books } from './books.ts'
import { callsBeforePivot, sagas } from './definitions.ts'
import type { Interceptor } from './fault-proxy.ts'
import type { Customer } from './shop.ts'
import type { World } from './world.ts'

/** One saga in progress, and the order it is about. */
export interface Journey {
  readonly saga: string
  readonly key: string
  readonly orderId: string
}

/** A saga that can be started: everything that has to be so beforehand is. */
export interface Ready {
  /** Its key, where that is known beforehand. */
  readonly key: string | undefined
  readonly start: (interceptor: Interceptor) => Promise<Journey>
}

interface Way {
  readonly prepare: (world: World, customer: Customer) => Promise<Ready>
  /** The order's status once the saga has completed, or has undone everything. */
  readonly completed: string
  readonly compensated: string
  /** Makes the saga undo what it has done: from within a call, or by having begun too long ago. */
  readonly undo: 'cancel' | 'refuse' | 'age'
}

const ways: Readonly<Record<string, Way>> = {
  'order-fulfilment': {
    prepare: async (world, customer) => ({
      key: undefined,
      async start(interceptor) {
        const orderId = await placeOnce(world, customer)
        world.system.proxy.intercept(orderId, interceptor)
        return { saga: 'order-fulfilment', key: orderId, orderId }
      },
    }),
    completed: 'confirmed',
    compensated: 'cancelled',
    undo: 'cancel',
  },
  'order-cancellation': {
    async prepare(world, customer) {
      const orderId = await placeConfirmed(world, customer)
      return {
        key: orderId,
        async start(interceptor) {
          world.system.proxy.intercept(orderId, interceptor)
          await cancel(world, orderId)
          return { saga: 'order-cancellation', key: orderId, orderId }
        },
      }
    },
    completed: 'cancelled',
    compensated: 'confirmed',
    undo: 'refuse',
  },
  'order-return': {
    async prepare(world, customer) {
      const orderId = await placeConfirmed(world, customer)
      const returnId = await askForReturn(world, orderId)
      return {
        key: returnId,
        async start(interceptor) {
          world.system.proxy.intercept(returnId, interceptor)
          await receive(world, returnId)
          return { saga: 'order-return', key: returnId, orderId }
        },
      }
    },
    completed: 'partially_returned',
    compensated: 'delivered',
    undo: 'age',
  },
}

/** How a saga is brought about. @throws Error for a saga without a journey */
export function wayOf(saga: string): Way {
  const way = ways[saga]
  if (way === undefined) throw new Error(`tests/saga-matrix/journeys.ts does not say how ${saga} is started`)
  return way
}

export const passThrough: Interceptor = (_call, forward) => forward()

/** Calls the order off in the moment in which the last call before the pivot has answered: all of it has to be undone. */
export function undoing(world: World, saga: string, inner: Interceptor): Interceptor {
  const last = callsBeforePivot(saga).at(-1)
  let isCalledOff = false
  return async (call, forward) => {
    const answer = await inner(call, forward)
    if (call.saga === saga && call.step === last && call.part === 'action' && !isCalledOff) {
      isCalledOff = true
      await cancel(world, call.key)
    }
    return answer
  }
}

/** Asks the replica that is to drive; when that is killed meanwhile, another one, under the same key. */
function askDriver<T>(world: World, ask: (at: string | undefined) => Promise<T>): Promise<T> {
  let at: string | undefined = world.driverUrl
  return eventually(async () => {
    const first = at
    at = undefined
    return ask(first)
  })
}

function placeOnce(world: World, customer: Customer): Promise<string> {
  const key = randomUUID()
  return askDriver(world, (at) => world.shop.place(customer, at, key))
}

/** Calls an order off; answers the status of the reply. */
export async function cancel(world: World, orderId: string): Promise<number> {
  const { shop } = world
  const asked = { as: shop.staff, key: randomUUID() }
  return askDriver(world, async (at) => {
    const path = `/api/v1/orders/${orderId}/cancel`
    const { status, body } = await shop.ask('POST', path, { ...asked, ...(at === undefined ? {} : { at }) })
    if (status >= 500) throw new Error(`cancel answered ${status} ${JSON.stringify(body)}`)
    return status
  })
}

async function placeConfirmed(world: World, customer: Customer): Promise<string> {
  const orderId = await world.shop.place(customer)
  world.system.proxy.intercept(orderId, passThrough)
  await untilStatus(world, orderId, 'confirmed')
  return orderId
}

export async function untilStatus(world: World, orderId: string, wanted: string): Promise<void> {
  await eventually(async () => {
    const status = await world.shop.statusOf(orderId)
    if (status !== wanted) throw new Error(`order ${orderId} is ${status}, not ${wanted}`)
  })
}

/** Has a confirmed order picked, shipped and delivered, and one unit of it asked back. */
async function askForReturn(world: World, orderId: string): Promise<string> {
  const { shop } = world
  const by = { as: shop.staff }
  await shop.ask('PUT', `/api/v1/orders/${orderId}/status`, { ...by, body: { status: 'picking' } })
  await shop.ask('POST', `/api/v1/orders/${orderId}/picked`, by)
  await untilStatus(world, orderId, 'delivered')
  const { rows } = await world.system.database('order').query('select items from orders where id = $1', [orderId])
  const items = [{ sku: rows[0].items[0].sku, quantity: 1 }]
  const path = `/api/v1/orders/${orderId}/returns`
  const asked = await shop.ask('POST', path, { ...by, key: randomUUID(), body: { items, reason: 'matrix' } })
  if (asked.status !== 201) throw new Error(`return answered ${asked.status} ${JSON.stringify(asked.body)}`)
  await shop.ask('POST', `/api/v1/returns/${asked.body.id}/approve`, { ...by, key: randomUUID() })
  return asked.body.id
}

/** Takes in what has come back, which starts the saga. */
async function receive(world: World, returnId: string): Promise<void> {
  const { shop, system } = world
  const { rows } = await system.database('order').query('select items from returns where id = $1', [returnId])
  const asked = { as: shop.staff, key: randomUUID(), body: { items: rows[0].items } }
  await askDriver(world, async (at) => {
    const path = `/api/v1/returns/${returnId}/receive`
    const { status, body } = await shop.ask('POST', path, { ...asked, ...(at === undefined ? {} : { at }) })
    if (status >= 400) throw new Error(`receive answered ${status} ${JSON.stringify(body)}`)
  })
}

/** Waits until every saga about the order has come to an end, or is stuck; answers the one of the journey. */
export async function untilAtRest(
  world: World,
  journey: Journey,
  timeoutMs = 120_000,
): Promise<Books['sagas'][number]> {
  return eventually(async () => {
    const { sagas: all } = await readBooks(world.system, journey.orderId)
    const live = all.filter(({ state }) => !['completed', 'compensated', 'stuck'].includes(state))
    if (live.length > 0) throw new Error(`${live.map(({ id, state }) => `${id} is ${state}`).join(', ')}`)
    const own = all.find(({ id }) => id === `${journey.saga}:${journey.key}`)
    if (own === undefined) throw new Error(`${journey.saga} of ${journey.key} was never begun`)
    return own
  }, timeoutMs)
}

/** Waits until all services agree about the order; answers what it has become. */
export async function untilBooksAgree(world: World, { orderId }: Journey): Promise<{ status: string; reason: string }> {
  return eventually(async () => {
    const books = await readBooks(world.system, orderId)
    const differences = differencesOf(books)
    if (differences.length > 0) throw new Error(`order ${orderId}: ${differences.join('; ')}`)
    return { status: books.order['status'], reason: books.order['reason'] ?? '' }
  })
}

/** Sagas that are declared without a journey that starts them, or the other way round. */
export function unknownSagas(): string[] {
  return [...new Set([...Object.keys(sagas), ...Object.keys(ways)])].filter(
    (name) => sagas[name] === undefined || ways[name] === undefined,
  )
}
