import type { ReadHandle } from '@stoa/contract'
import type { Channel, SaleId, SaleStatus, SaleSummary } from '@stoa/contracts/sales/resources'
import type { SalesChannel } from '@stoa/contracts/shared/sales-channel'
import { compact, money } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'

interface SaleRow {
  readonly id: SaleId
  readonly version: number
  readonly channel: Channel
  readonly order_channel: SalesChannel | null
  readonly status: SaleStatus
  readonly currency: string
  readonly total: number
  readonly returned: number
  readonly net: number
  readonly order_number: string | null
  readonly till: string | null
  readonly sold_at: Temporal.Instant
  readonly changed_at: Temporal.Instant
}

interface SaleFilter {
  readonly channel?: Channel | undefined
  readonly orderChannel?: SalesChannel | undefined
  readonly status?: SaleStatus | undefined
  readonly customerId?: string | undefined
  readonly beforeId?: string | undefined
  readonly limit: number
}

/** Sales that match, newest first. */
export async function readSales(
  { sql }: ReadHandle,
  { channel, orderChannel, status, customerId, beforeId, limit }: SaleFilter,
): Promise<SaleSummary[]> {
  const ofChannel = channel === undefined ? fragment`` : fragment`and s.channel = ${channel}`
  const ofOrderChannel = orderChannel === undefined ? fragment`` : fragment`and s.order_channel = ${orderChannel}`
  const ofStatus = status === undefined ? fragment`` : fragment`and s.status = ${status}`
  const ofCustomer =
    customerId === undefined
      ? fragment``
      : fragment`and s.id in (select sale_id from sale_buyers where customer_id = ${customerId})`
  const before = beforeId === undefined ? fragment`` : fragment`and s.id < ${beforeId}`
  const rows = await sql<SaleRow>`
    select s.* from sale_list s join projections p on p.name = 'sale-list' and p.is_live and p.generation = s.generation
     where true ${ofChannel} ${ofOrderChannel} ${ofStatus} ${ofCustomer} ${before} order by s.id desc limit ${limit}`
  return rows.map(fromRow)
}

function fromRow({ currency, ...row }: SaleRow): SaleSummary {
  const { id, version, channel, status } = row
  return {
    id,
    version,
    channel,
    status,
    total: money(row.total, currency),
    returned: money(row.returned, currency),
    net: money(row.net, currency),
    soldAt: row.sold_at.toString(),
    changedAt: row.changed_at.toString(),
    ...compact({
      orderChannel: row.order_channel ?? undefined,
      orderNumber: row.order_number ?? undefined,
      till: row.till ?? undefined,
    }),
  }
}
