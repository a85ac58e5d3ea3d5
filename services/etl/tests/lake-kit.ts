import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessTable } from '@stoa/contracts/auth/roles'
import type { EtlService } from '@stoa/contracts/etl/service'
import { orderConfirmed, orderCreated } from '@stoa/contracts/order/events'
import { newId } from '@stoa/kernel'
import { makeDuck, readTable, tableSql, type Duck, type SqlValue } from '@stoa/lake'
import type { Database } from '@stoa/postgres'
import { migrationsOf } from '@stoa/service'
import { eventually, startTestService, testDatabase, type TestService } from '@stoa/testing'
import { expect } from 'vitest'
import { etlService } from '../src/service.ts'

type Query = (table: string, sql: string, version?: number) => Promise<Record<string, SqlValue>[]>

/** A lake in a folder of its own, with the database of the service that fills it. */
export interface OpenLake {
  readonly lake: string
  readonly duck: Duck
  readonly database: Database
  /** The rows of a query in which `TABLE` is a version of a table of the lake; none if there is no such table. */
  readonly query: Query
  readonly stop: () => Promise<void>
}

/** A lake that no service fills: the test does. */
export async function openLake(): Promise<OpenLake> {
  const own = await testDatabase({ sets: await migrationsOf(etlService), name: 'etl' })
  const { lake, duck, query, remove } = await makeLake()
  return {
    lake,
    duck,
    database: own.database,
    query,
    async stop() {
      await remove()
      await own.close()
    },
  }
}

async function makeLake() {
  const lake = await mkdtemp(join(tmpdir(), 'stoa-lake-'))
  const duck = makeDuck({ folder: lake, memoryMiB: 128 })
  const query: Query = async (table, sql, version) => {
    const folder = join(lake, table)
    const snapshot = await readTable(folder, version)
    if (snapshot === undefined) return []
    return duck.use({ timeoutMs: 30_000 }, ({ rows }) => rows(sql.replaceAll('TABLE', tableSql(folder, snapshot))))
  }
  const remove = async () => {
    await duck.close()
    await rm(lake, { recursive: true, force: true })
  }
  return { lake, duck, query, remove }
}

/** A service of pipelines with a lake of its own. */
export interface LakeKit extends Omit<OpenLake, 'database' | 'duck'> {
  readonly service: TestService<EtlService>
  /** Places an order of one line and publishes it as confirmed; returns its id. */
  readonly order: (order: {
    readonly amount: number
    readonly shipping?: number
    readonly sku?: string
    /** What events of older releases do not say. */
    readonly details?: {
      readonly tax: number
      readonly discount: number
      readonly country: string
      readonly channel: 'app'
    }
  }) => Promise<string>
  /** Waits until so many events are staged. */
  readonly staged: (count: number) => Promise<void>
}

export async function startLake(): Promise<LakeKit> {
  const { lake, query, remove } = await makeLake()
  const service = await startTestService(etlService, { access: accessTable, settings: { LAKE_FOLDER: lake } })
  return {
    service,
    lake,
    query,
    async order({ amount, shipping = 0, sku = 'TEA', details }) {
      const orderId = newId()
      const eur = (cents: number) => ({ amount: cents, currency: 'EUR' })
      const data = {
        orderId,
        number: `S-${orderId.slice(-6)}`,
        customerId: newId(),
        total: eur(amount + shipping),
        lines: [
          {
            sku,
            quantity: 2,
            total: eur(amount),
            ...(details && { tax: eur(details.tax), discount: eur(details.discount), priceList: 'retail' }),
          },
        ],
        ...(details && {
          tax: eur(details.tax + 10),
          country: details.country,
          channel: details.channel,
          region: 'NY',
        }),
      }
      await service.receive(orderCreated, orderId, data)
      await service.receive(orderConfirmed, orderId, data)
      return orderId
    },
    async staged(count) {
      await eventually(async () => {
        const [row] = await service.database.read.sql<{
          count: number
        }>`select count(*)::int as count from staged_events`
        expect(row?.count).toBe(count)
      })
    },
    async stop() {
      await service.stop()
      await remove()
    },
  }
}
