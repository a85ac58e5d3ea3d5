import { parseInstant, type Handler, type PersonalData } from '@stoa/contract'
import type { Sale, SaleId } from '@stoa/contracts/sales/resources'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { SalesService } from '@stoa/contracts/sales/service'
import { compact } from '@stoa/kernel'
import { readPage, readPageById } from '@stoa/service'
import { Type } from 'typebox'
import { netOf, type RecordedSale } from '../domain/sale.ts'
import { ledger } from '../ledger.ts'
import { deleteBuyer, findBuyer } from '../store/buyers.ts'
import { readSales } from '../store/read-sales.ts'

function toSale(
  id: SaleId,
  version: number,
  { lines, returnedLines, ...sale }: RecordedSale,
  customerId: UserId | undefined,
): Sale {
  return {
    ...sale,
    id,
    version,
    lines: [...lines],
    returnedLines: [...returnedLines],
    net: netOf({ ...sale, lines, returnedLines }),
    ...compact({ customerId }),
  }
}

export const getSale: Handler<SalesService, 'getSale'> = async ({ params: { id }, query: { asOf }, db, refuse }) => {
  const [{ state, version }, customerId] = await Promise.all([
    asOf === undefined ? ledger.load(db, id) : ledger.loadAsOf(db, id, parseInstant(asOf)),
    findBuyer(db, id),
  ])
  if (state === undefined) return refuse('sales.not_found', `There is no sale ${id}.`)
  return { status: 200, body: toSale(id, version, state, customerId) }
}

export const listSaleHistory: Handler<SalesService, 'listSaleHistory'> = async ({
  params: { id },
  query,
  db,
  refuse,
}) => {
  const page = await readPage(
    query,
    Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
    (after = 0, limit) => ledger.history(db, id, { after, limit }),
    ({ version }) => version,
  )
  if (page.items.length === 0 && query.cursor === undefined) return refuse('sales.not_found', `There is no sale ${id}.`)
  const items = page.items.map(({ version, type, recordedAt, recordedBy, data }) => ({
    version,
    type,
    recordedAt: recordedAt.toString(),
    data: { ...data },
    ...compact({ recordedBy }),
  }))
  return { status: 200, body: { ...page, items } }
}

export const listSales: Handler<SalesService, 'listSales'> = async ({ query, db }) => {
  const { channel, orderChannel, status, customerId, ...page } = query
  const read = (beforeId: string | undefined, limit: number) =>
    readSales(db, { channel, orderChannel, status, customerId, beforeId, limit })
  return { status: 200, body: await readPageById(page, read) }
}

export const personalData: PersonalData<SalesService> = {
  export: async (customerId, db) => ({ sales: await readSales(db, { customerId, limit: 10_000 }) }),
  // The ledger has no ids of customers.
  erase: (tx, customerId) => deleteBuyer(tx, customerId),
}
