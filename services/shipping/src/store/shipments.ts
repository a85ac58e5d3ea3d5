import type { IdRange } from '@stoa/kernel'
import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { OrderId, ShipmentId, UserId, WarehouseId } from '@stoa/contracts/shared/ids'
import type { Shipment, ShipmentStatus } from '@stoa/contracts/shipping/resources'
import { fragment, json } from '@stoa/postgres'

interface ShipmentRow {
  readonly id: ShipmentId
  readonly order_id: OrderId | null
  readonly customer_id: UserId
  readonly status: ShipmentStatus
  readonly carrier: string
  readonly method: string
  readonly tracking_number: string | null
  readonly parcels: Shipment['parcels']
  readonly version: number
  readonly created_at: Temporal.Instant
  readonly updated_at: Temporal.Instant
}

/** A shipment as the service works with it. */
export interface StoredShipment {
  readonly resource: Shipment
  readonly version: number
}

const columns = fragment`id, order_id, customer_id, status, carrier, method, tracking_number, parcels, version, created_at, updated_at`

function fromRow(row: ShipmentRow): StoredShipment {
  return {
    version: row.version,
    resource: {
      id: row.id,
      ...(row.order_id === null ? {} : { orderId: row.order_id }),
      customerId: row.customer_id,
      status: row.status,
      carrier: row.carrier,
      method: row.method,
      ...(row.tracking_number === null ? {} : { trackingNumber: row.tracking_number }),
      parcels: row.parcels,
      createdAt: row.created_at.toString(),
      updatedAt: row.updated_at.toString(),
    },
  }
}

function first(rows: readonly ShipmentRow[]): StoredShipment | undefined {
  return rows[0] === undefined ? undefined : fromRow(rows[0])
}

/** Where a shipment goes. */
export interface Destination {
  readonly name: string
  readonly line1: string
  readonly line2?: string
  readonly city: string
  readonly state?: string
  readonly postalCode?: string
  readonly country: string
}

/** A shipment that is to be planned. */
export interface PlannedShipment {
  readonly id: ShipmentId
  readonly actionKey: string
  readonly orderId: OrderId | undefined
  readonly customerId: UserId
  readonly carrier: string
  readonly method: string
  readonly address: Destination
  readonly parcels: readonly {
    readonly warehouseId: WarehouseId
    readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
  }[]
}

/** Writes a planned shipment; undefined when its order has one already. */
export async function insertShipment(
  tx: WriteHandle,
  planned: PlannedShipment,
  at: Temporal.Instant,
): Promise<ShipmentId | undefined> {
  const { id, actionKey, orderId, customerId, carrier, method, address, parcels } = planned
  const rows = await tx.sql<{ id: ShipmentId }>`
    with made as (
      insert into shipments (id, action_key, order_id, customer_id, status, carrier, method, address, parcels, created_at, updated_at)
      select ${id}, ${actionKey}, ${orderId}, ${customerId}, 'planned', ${carrier}, ${method}, ${json(address)}, ${json(parcels)}, ${at}, ${at}
       where not is_erased(${customerId})
      on conflict do nothing
      returning id
    ), noted as (
      insert into tracking_events (shipment_id, event, at) select id, 'planned', ${at} from made
    )
    select id from made`
  return rows[0]?.id
}

/** Returns the shipment that a call with this key has planned, if any. */
export async function findIdByKey(tx: ReadHandle, actionKey: string): Promise<ShipmentId | undefined> {
  const [row] = await tx.sql<{ id: ShipmentId }>`select id from shipments where action_key = ${actionKey}`
  return row?.id
}

/** The shipment of this id. */
export async function findShipment(db: ReadHandle, id: string): Promise<StoredShipment | undefined> {
  return first(await db.sql<ShipmentRow>`select ${columns} from shipments where id = ${id}`)
}

/** The shipment of this id, its row locked. */
export async function lockShipment(tx: WriteHandle, id: string): Promise<StoredShipment | undefined> {
  return first(await tx.sql<ShipmentRow>`select ${columns} from shipments where id = ${id} for update`)
}

/** The shipment of this order, its row locked. */
export async function lockShipmentOfOrder(tx: WriteHandle, orderId: string): Promise<StoredShipment | undefined> {
  return first(await tx.sql<ShipmentRow>`select ${columns} from shipments where order_id = ${orderId} for update`)
}

/** The shipment with this tracking number, its row locked. */
export async function lockTrackedShipment(
  tx: WriteHandle,
  trackingNumber: string,
): Promise<StoredShipment | undefined> {
  return first(
    await tx.sql<ShipmentRow>`select ${columns} from shipments where tracking_number = ${trackingNumber} for update`,
  )
}

/** Moves a shipment whose row is locked, and notes it for tracking. */
export async function moveShipment(
  tx: WriteHandle,
  id: string,
  {
    to,
    at,
    trackingNumber,
  }: { readonly to: ShipmentStatus; readonly at: Temporal.Instant; readonly trackingNumber?: string | undefined },
): Promise<void> {
  await tx.sql`
    with moved as (
      update shipments set status = ${to}, tracking_number = coalesce(${trackingNumber}, tracking_number), updated_at = ${at},
        version = version + 1
       where id = ${id}
    )
    insert into tracking_events (shipment_id, event, at) values (${id}, ${to}, ${at})`
}

interface ShipmentFilter {
  readonly customerId?: string | undefined
  readonly orderId?: string | undefined
  readonly status?: string | undefined
  readonly beforeId?: string | undefined
  readonly limit: number
}

/** Shipments that fit, newest first. */
export async function listShipments(
  db: ReadHandle,
  { customerId, orderId, status, beforeId, limit }: ShipmentFilter,
): Promise<Shipment[]> {
  const ofCustomer = customerId === undefined ? fragment`` : fragment`and customer_id = ${customerId}`
  const ofOrder = orderId === undefined ? fragment`` : fragment`and order_id = ${orderId}`
  const inStatus = status === undefined ? fragment`` : fragment`and status = ${status}`
  const before = beforeId === undefined ? fragment`` : fragment`and id < ${beforeId}`
  const rows = await db.sql<ShipmentRow>`
    select ${columns} from shipments where true ${ofCustomer} ${ofOrder} ${inStatus} ${before} order by id desc limit ${limit}`
  return rows.map((row) => fromRow(row).resource)
}

/** The states of the shipments of these orders, or of a range of them in the order of their ids. */
export function listStates(db: ReadHandle, orders: readonly string[] | IdRange) {
  const wanted =
    'after' in orders
      ? fragment`order_id > ${orders.after} and order_id <= ${orders.upTo} order by order_id limit ${orders.limit}`
      : fragment`order_id = any(${orders}::uuid[])`
  return db.sql<{ shipmentId: string; orderId: string; status: string }>`
    select id as "shipmentId", order_id as "orderId", status from shipments where ${wanted}`
}

/** Returns the tracking events of a shipment, oldest first. */
export function listTracking(db: ReadHandle, id: string) {
  return db.sql<{ event: string; place: string | null; at: Temporal.Instant }>`
    select event, place, at from tracking_events where shipment_id = ${id} order by position`
}

/** Stores the message of a carrier once; returns false if it was received before. */
export async function takeMessage(tx: WriteHandle, id: string, at: Temporal.Instant): Promise<boolean> {
  return (
    (await tx.sql`insert into carrier_messages (id, at) values (${id}, ${at}) on conflict do nothing returning 1`)
      .length > 0
  )
}

/** Deletes messages received before this time. */
export async function purgeMessages(tx: WriteHandle, before: Temporal.Instant): Promise<void> {
  await tx.sql`delete from carrier_messages where at < ${before}`
}

/** The shipments of a customer with where they went, for the export of personal data. */
export async function exportShipments(db: ReadHandle, customerId: string) {
  const rows = await db.sql<ShipmentRow & { readonly address: Destination }>`
    select ${columns}, address from shipments where customer_id = ${customerId} order by id desc`
  return rows.map((row) => ({ ...fromRow(row).resource, address: row.address }))
}
