import { beforeAll, expect, test } from 'vitest'
import { processesOf, signal } from '../../cli/tests/stoa-process.ts'
import { ask, eventually, newCustomer, place, signIn, stoa } from './shop.ts'
import { system } from './system.ts'

let staff: string
beforeAll(async () => {
  staff = await signIn('staff@stoa.example')
})

interface Totals {
  readonly orders: number
  readonly revenue: number
}

/** What analytics has counted of the last day, in euros. */
async function counted(): Promise<Totals> {
  const { status, body } = await ask('GET', '/api/v2/analytics/kpis?interval=hour&currency=EUR', { as: staff })
  expect([status, body]).toEqual([200, body])
  const sum = (of: (item: any) => number) => body.items.reduce((total: number, item: any) => total + of(item), 0)
  return { orders: sum((item) => item.ordersConfirmed), revenue: sum((item) => item.revenue.amount) }
}

/** What order has: the orders that were ever confirmed, in its own tables. */
async function stored(): Promise<Totals> {
  const statement = `select count(*)::int as orders, coalesce(sum(total), 0)::bigint as revenue from orders
    where currency = 'EUR' and exists (
      select from order_status_history h where h.order_id = orders.id and h.status = 'confirmed')`
  const [row] = JSON.parse(await stoa('sql', 'order', statement, '--json')) as {
    orders: number
    revenue: number | string
  }[]
  return { orders: Number(row?.orders), revenue: Number(row?.revenue) }
}

async function follow(): Promise<{
  readonly next: (matches: (data: any) => boolean) => Promise<any>
  readonly stop: () => Promise<void>
}> {
  const answer = await fetch(`${system.gatewayUrl}/api/v2/analytics/stream`, {
    headers: { authorization: `Bearer ${staff}` },
    signal: AbortSignal.timeout(60_000),
  })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  const reader = answer.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  return {
    async next(matches) {
      for (;;) {
        const found = [...text.matchAll(/^data: (.*)\n\n/gm)].map(([, data = '']) => JSON.parse(data)).find(matches)
        if (found !== undefined) return found
        const { value, done } = (await reader?.read()) ?? { done: true }
        if (done) throw new Error(`the stream has ended: ${text}`)
        text += decoder.decode(value, { stream: true })
      }
    },
    async stop() {
      await reader?.cancel()
    },
  }
}

async function signalTo(service: string, name: NodeJS.Signals): Promise<void> {
  const row = (await processesOf(system.home)).find((each) => each.service === service)
  signal(row ?? {}, name)
}

test('an order appears live, and what was ordered while streaming and analytics were stopped is counted to the cent', async () => {
  const customer = await newCustomer()
  const live = await follow()
  const before = Temporal.Now.instant()
  expect((await place(customer)).body.status).toBe('confirmed')
  const value = await live.next(
    ({ stream, values, computedAt }) =>
      stream === 'orders' && values.confirmed > 0 && Temporal.Instant.compare(computedAt, before) > 0,
  )
  expect(value).toMatchObject({ key: { currency: 'EUR' } })
  await live.stop()

  // Both stand still while orders are placed; then they are killed, and started again by the supervisor.
  await signalTo('streaming', 'SIGSTOP')
  expect((await place(customer)).body.status).toBe('confirmed')
  await signalTo('analytics', 'SIGSTOP')
  for (let count = 0; count < 3; count++) expect((await place(customer)).body.status).toBe('confirmed')
  await signalTo('analytics', 'SIGKILL')
  await signalTo('streaming', 'SIGKILL')
  await eventually(async () => expect(await counted()).toEqual(await stored()))
  expect((await counted()).orders).toBeGreaterThanOrEqual(5)
})
