import { join } from 'node:path'
import { builtFromAppId } from '@stoa/contracts/etl/lake-layout'
import { newId } from '@stoa/kernel'
import { commitTable, makeTableReader, readTable, type SqlValue } from '@stoa/lake'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { flushEvents } from '../src/lake/flush-events.ts'
import { buildStar, isStarCurrent } from '../src/star/build-star.ts'
import { stageEvents } from '../src/store/staged-events.ts'
import { openLake, type OpenLake } from './lake-kit.ts'

let kit: OpenLake
beforeEach(async () => {
  kit = await openLake()
})
afterEach(() => kit.stop())

interface Told {
  readonly type: string
  readonly subject: string
  readonly data: object
  readonly id?: string
}

const tools = () => ({ ...kit, tables: makeTableReader(), nowMs: Date.now })
const asOfMs = Date.parse('2026-11-29T13:00:00Z')

async function build(events: readonly Told[], asOf: number | undefined) {
  const happenedAt = Temporal.Instant.from('2026-11-29T12:00:00Z')
  await kit.database.transaction((tx) =>
    stageEvents(
      tx,
      events.map(({ id = newId(), data, ...event }) => ({ ...event, id, happenedAt, data: JSON.stringify(data) })),
    ),
  )
  await flushEvents(tools())
  return buildStar(tools(), asOf)
}

const eur = (amount: number) => ({ amount, currency: 'EUR' })

function placed(subject: string): Told {
  const lines = [{ sku: 'TEA', quantity: 2, total: eur(900) }]
  return { type: 'order.created', subject, data: { number: 'S-1', total: eur(1_000), lines } }
}

const facts = (columns: string): Promise<Record<string, SqlValue>[]> =>
  kit.query('star/fact_sales', `select ${columns} from TABLE order by order_number, line`)

test('an order of which a part was returned is not shown as returned', async () => {
  const order = newId()
  await build([placed(order), { type: 'order.returned', subject: order, data: { all: false } }], asOfMs)
  expect(await facts('distinct status')).toEqual([{ status: 'partially_returned' }])
  await build([{ type: 'order.returned', subject: order, data: { all: true } }], asOfMs)
  expect(await facts('distinct status')).toEqual([{ status: 'returned' }])
})

test('an event that the log has twice counts once, where it came first', async () => {
  const order = newId()
  const created = { ...placed(order), id: newId() }
  const shipped = { type: 'order.shipped', subject: order, data: {}, id: newId() }
  const delivered = { type: 'order.delivered', subject: order, data: {}, id: newId() }
  await build([created, shipped, delivered, created, shipped], asOfMs)
  expect(await facts('status, amount')).toEqual([
    { status: 'delivered', amount: '100' },
    { status: 'delivered', amount: '900' },
  ])
})

test('a table that another release has made in another way is built anew, without new events', async () => {
  await build([placed(newId())], asOfMs)
  expect([await isStarCurrent(tools()), (await build([], asOfMs)).isSkipped]).toEqual([true, true])
  const folder = join(kit.lake, 'star/fact_sales')
  const table = await readTable(folder)
  if (table === undefined) throw new Error('there is no table')
  const metaData = { ...table.metaData, configuration: { 'stoa.definition': 'of another release' } }
  await commitTable(folder, { readVersion: table.version, operation: 'WRITE', actions: [{ metaData }] })
  expect(await isStarCurrent(tools())).toBe(false)
  expect(await build([], asOfMs)).toMatchObject({ isSkipped: false, versions: { fact_sales: 2, dim_date: 0 } })
  expect(await isStarCurrent(tools())).toBe(true)
})

test('while etl is behind the log, the tables do not say that they are up to date', async () => {
  const upTo = async () =>
    (await readTable(join(kit.lake, 'star/fact_sales')))?.transactions.get(builtFromAppId)?.lastUpdated
  await build([placed(newId())], undefined)
  expect(await upTo()).toBeUndefined()
  await build([placed(newId())], asOfMs)
  expect(await upTo()).toBe(asOfMs)
  await build([placed(newId())], undefined)
  expect(await upTo()).toBe(asOfMs)
})
