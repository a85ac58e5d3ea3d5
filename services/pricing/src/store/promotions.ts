import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Promotion } from '@stoa/contracts/pricing/resources'
import { json } from '@stoa/postgres'
import { requireVersion } from '@stoa/service'
import type { Change } from './price-lists.ts'

interface PromotionRow {
  readonly id: string
  readonly name: string
  readonly effect: Promotion['effect']
  readonly skus: string[] | null
  readonly min_subtotal: Promotion['minSubtotal'] | null
  readonly coupon_code: string | null
  readonly max_uses: number | null
  readonly max_uses_per_customer: number | null
  readonly is_stackable: boolean
  readonly priority: number
  readonly is_active: boolean
  readonly valid_from: Temporal.Instant | null
  readonly valid_until: Temporal.Instant | null
  readonly uses: number
  readonly version: number
}

function fromRow(row: PromotionRow): Promotion {
  return {
    id: row.id,
    name: row.name,
    effect: row.effect,
    ...(row.skus === null ? {} : { skus: row.skus }),
    ...(row.min_subtotal === null || row.min_subtotal === undefined ? {} : { minSubtotal: row.min_subtotal }),
    ...(row.coupon_code === null ? {} : { couponCode: row.coupon_code }),
    ...(row.max_uses === null ? {} : { maxUses: row.max_uses }),
    ...(row.max_uses_per_customer === null ? {} : { maxUsesPerCustomer: row.max_uses_per_customer }),
    isStackable: row.is_stackable,
    priority: row.priority,
    isActive: row.is_active,
    ...(row.valid_from === null ? {} : { validFrom: row.valid_from.toString() }),
    ...(row.valid_until === null ? {} : { validUntil: row.valid_until.toString() }),
    uses: row.uses,
    version: row.version,
  }
}

/** The description of a promotion. */
export type PromotionFields = Omit<Promotion, 'id' | 'uses' | 'version'>

export async function listPromotions(db: ReadHandle, afterId: string | undefined, limit: number): Promise<Promotion[]> {
  const rows = await db.sql<PromotionRow>`
    select * from promotions where ${afterId}::uuid is null or id > ${afterId} order by id limit ${limit}`
  return rows.map(fromRow)
}

export async function findPromotion(db: ReadHandle, id: string): Promise<Promotion | undefined> {
  const [row] = await db.sql<PromotionRow>`select * from promotions where id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** Writes a new promotion; false when its coupon code is taken. */
export async function insertPromotion(tx: WriteHandle, id: string, fields: PromotionFields): Promise<boolean> {
  const { name, effect, skus, minSubtotal, couponCode, maxUses, maxUsesPerCustomer } = fields
  const { isStackable, priority, isActive, validFrom, validUntil } = fields
  const rows = await tx.sql`
    insert into promotions (id, name, effect, skus, min_subtotal, coupon_code, max_uses, max_uses_per_customer,
                            is_stackable, priority, is_active, valid_from, valid_until)
    values (${id}, ${name}, ${json(effect)}, ${skus}, ${minSubtotal === undefined ? null : json(minSubtotal)}, ${couponCode},
            ${maxUses}, ${maxUsesPerCustomer}, ${isStackable}, ${priority}, ${isActive}, ${validFrom}, ${validUntil})
    on conflict (coupon_code) do nothing returning 1`
  return rows.length > 0
}

/** Locks a promotion; what a change of it would come to. */
export async function lockPromotion(
  tx: WriteHandle,
  id: string,
  couponCode: string | undefined,
  expected: string | undefined,
): Promise<Change> {
  const [row] = await tx.sql<{ version: number; taken: boolean }>`
    select version,
      exists (select from promotions o where o.coupon_code = ${couponCode} and o.id <> ${id}) as taken
      from promotions where id = ${id} for update`
  if (row === undefined) return 'not_found'
  requireVersion(expected, row)
  return row.taken ? 'taken' : 'changed'
}

/** Replaces a locked promotion; its uses are kept. */
export async function updatePromotion(tx: WriteHandle, id: string, fields: PromotionFields): Promise<void> {
  const { name, effect, skus, minSubtotal, couponCode, maxUses, maxUsesPerCustomer } = fields
  const { isStackable, priority, isActive, validFrom, validUntil } = fields
  await tx.sql`
    update promotions set name = ${name}, effect = ${json(effect)}, skus = ${skus},
      min_subtotal = ${minSubtotal === undefined ? null : json(minSubtotal)}, coupon_code = ${couponCode},
      max_uses = case when ${maxUses}::int is null then null else greatest(${maxUses}::int, uses) end, max_uses_per_customer = ${maxUsesPerCustomer}, is_stackable = ${isStackable},
      priority = ${priority}, is_active = ${isActive}, valid_from = ${validFrom}, valid_until = ${validUntil},
      is_announced = is_announced and ${isActive}, version = version + 1
     where id = ${id}`
}

/** Locks a promotion; whether it is still to be told that it begins, and when it does. */
export async function lockAnnouncement(
  tx: WriteHandle,
  id: string,
): Promise<{ name: string; isDue: boolean; validFrom: Temporal.Instant | null } | undefined> {
  const [row] = await tx.sql<{ name: string; isDue: boolean; validFrom: Temporal.Instant | null }>`
    select name, is_active and not is_announced as "isDue", valid_from as "validFrom"
      from promotions where id = ${id} for update`
  return row
}

/** Records that the start of a promotion was published. */
export async function noteAnnounced(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`update promotions set is_announced = true where id = ${id}`
}

export async function deletePromotion(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`delete from promotions where id = ${id}`
}
