import { accessTable } from '@stoa/contracts/auth/roles'
import { productCreated, productDeleted, productUpdated } from '@stoa/contracts/inventory/events'
import type { OrderService } from '@stoa/contracts/order/service'
import { newId } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { orderService } from '../src/service.ts'
import { findVariants } from '../src/store/variants.ts'
import { standIns } from './stand-ins.ts'

let service: TestService<OrderService>
beforeAll(async () => {
  service = await startTestService(orderService, { access: accessTable, calls: standIns().calls })
})
afterAll(() => service?.stop())

const product = (skus: readonly string[], more: object = {}) => ({
  productId: newId(),
  version: 1,
  status: 'active' as const,
  name: 'Tea',
  category: 'tea',
  tags: [],
  taxClass: 'reduced',
  variants: skus.map((sku) => ({ sku, name: sku, weightGrams: 100 })),
  ...more,
})
const named = (sku: string, name: string) => ({ variants: [{ sku, name, weightGrams: 100 }] })
const known = async (sku: string) => (await findVariants(service.database.read, [sku])).map(({ name }) => name)
const handled = (sku: string, rows: number) =>
  eventually(async () =>
    expect(await service.database.read.sql`select 1 from product_variants where sku = ${sku}`).toHaveLength(rows),
  )

test.each(['the deletion first', 'the deletion last'])(
  'a SKU of a deleted product is that of its heir: %s',
  async (order) => {
    const sku = order.replaceAll(' ', '-').toUpperCase()
    const old = product([sku], { version: 7, ...named(sku, 'old') })
    const heir = product([sku], named(sku, 'heir'))
    const deleted = () => service.receive(productDeleted, old.productId, { productId: old.productId, skus: [sku] })
    await service.receive(productCreated, old.productId, old)
    await handled(sku, 1)
    if (order === 'the deletion first') {
      await deleted()
      await handled(sku, 0)
    }
    await service.receive(productCreated, heir.productId, heir)
    if (order === 'the deletion last') {
      await handled(sku, 2)
      await deleted()
    }
    await handled(sku, 1)
    expect(await known(sku)).toEqual(['heir'])
  },
)

test.each(['taken first', 'given first'])(
  'a SKU that moves to another product is known as that one’s: %s',
  async (order) => {
    const sku = order.replaceAll(' ', '-').toUpperCase()
    const giver = product([sku, `${sku}-2`], { version: 9, ...named(sku, 'giver') })
    const taker = product([`${sku}-3`])
    await service.receive(productCreated, giver.productId, giver)
    await service.receive(productCreated, taker.productId, taker)
    await handled(sku, 1)
    const given = () =>
      service.receive(productUpdated, giver.productId, { ...giver, version: 10, ...named(`${sku}-2`, 'giver') })
    const taken = () =>
      service.receive(productUpdated, taker.productId, { ...taker, version: 2, ...named(sku, 'taker') })
    await (order === 'taken first' ? taken() : given())
    await handled(sku, order === 'taken first' ? 2 : 0)
    await (order === 'taken first' ? given() : taken())
    await handled(sku, 1)
    expect(await known(sku)).toEqual(['taker'])
  },
)

test('what the release before writes is known to this one', async () => {
  const [id, other] = [newId(), newId()]
  const write = (statement: string) =>
    service.database.transaction(async (tx) => void (await tx.sql([statement] as never)))
  await write(`insert into variants values ('BESIDE', '${id}', 'one', 'active', 3)`)
  expect(await known('BESIDE')).toEqual(['one'])
  await write(`update variants set product_id = '${other}', name = 'two', version = 4 where sku = 'BESIDE'`)
  expect(await known('BESIDE')).toEqual(['two'])
  await handled('BESIDE', 1)
  await write(`delete from variants where product_id = '${other}'`)
  expect(await known('BESIDE')).toEqual([])
})
