import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { PaymentMethodId, UserId } from '@stoa/contracts/shared/ids'
import type { PaymentMethod, PaymentMethodKind } from '@stoa/contracts/payment/resources'
import { compact } from '@stoa/kernel'
import { advisoryXactLock, fragment } from '@stoa/postgres'
import type { Forgotten } from '../providers/provider.ts'

interface MethodRow {
  readonly id: PaymentMethodId
  readonly customer_id: UserId
  readonly provider: string
  readonly token: string
  readonly label: string
  readonly kind: PaymentMethodKind | null
  readonly country: string | null
  readonly fingerprint: string | null
  readonly created_at: Temporal.Instant
}

/** A payment method as the service works with it. */
export interface StoredMethod {
  readonly customerId: UserId
  readonly token: string
  readonly country: string | undefined
  readonly fingerprint: string | undefined
  readonly resource: PaymentMethod
}

function fromRow(row: MethodRow): StoredMethod {
  return {
    customerId: row.customer_id,
    token: row.token,
    country: row.country ?? undefined,
    fingerprint: row.fingerprint ?? undefined,
    resource: {
      id: row.id,
      provider: row.provider,
      ...compact({ kind: row.kind ?? undefined }),
      label: row.label,
      createdAt: row.created_at.toString(),
    },
  }
}

/** A new payment method. */
export interface NewMethod {
  readonly id: PaymentMethodId
  readonly customerId: UserId
  readonly provider: string
  readonly token: string
  readonly label: string
  /** Unknown of a method that an older release has kept. */
  readonly kind: PaymentMethodKind | undefined
  readonly country: string | undefined
  readonly fingerprint: string | undefined
  /** What the provider knows the customer by, if it was asked. */
  readonly providerCustomer?: string | undefined
  /** Whether the label was given, rather than the provider's own. */
  readonly isLabelGiven: boolean
}

/** Whether a method would be one more than a customer may have. Those who keep one at once take turns until they have committed. */
export async function isBeyondLimit(tx: WriteHandle, method: NewMethod, most: number): Promise<boolean> {
  await advisoryXactLock(tx, `payment.methods/${method.customerId}`)
  const [row] = await tx.sql<{ others: number; known: number }>`
    select count(*) filter (where (provider, token) <> (${method.provider}, ${method.token}))::int as others,
           count(*) filter (where (provider, token) = (${method.provider}, ${method.token}))::int as known
      from payment_methods where customer_id = ${method.customerId}`
  return row !== undefined && row.known === 0 && row.others >= most
}

/** Keeps a method, or finds the one of the same token; a label that is given then takes the place of the old one. */
export async function keepMethod(tx: WriteHandle, method: NewMethod, at: Temporal.Instant): Promise<PaymentMethod> {
  const [row] = await tx.sql<MethodRow>`
    insert into payment_methods (id, customer_id, provider, token, label, kind, country, fingerprint, created_at)
    values (${method.id}, ${method.customerId}, ${method.provider}, ${method.token}, ${method.label}, ${method.kind},
            ${method.country}, ${method.fingerprint}, ${at})
    on conflict (customer_id, provider, token)
    do update set label = case when ${method.isLabelGiven}::boolean then excluded.label else payment_methods.label end
    returning *`
  if (row === undefined) throw new Error('an insert returned no row')
  if (method.providerCustomer !== undefined) {
    await tx.sql`
      insert into provider_customers (customer_id, provider, reference, created_at)
      values (${method.customerId}, ${method.provider}, ${method.providerCustomer}, ${at})
      on conflict (customer_id, provider) do update set reference = excluded.reference`
  }
  return fromRow(row).resource
}

/** What a provider knows a customer by. */
export async function findProviderCustomer(
  db: ReadHandle,
  customerId: string,
  provider: string,
): Promise<string | undefined> {
  const [row] = await db.sql<{ reference: string }>`
    select reference from provider_customers where customer_id = ${customerId} and provider = ${provider}`
  return row?.reference
}

/** The method of this token that a customer has kept. */
export async function findMethodByToken(
  db: ReadHandle,
  { customerId, provider, token }: Pick<NewMethod, 'customerId' | 'provider' | 'token'>,
): Promise<StoredMethod | undefined> {
  const [row] = await db.sql<MethodRow>`
    select * from payment_methods where customer_id = ${customerId} and provider = ${provider} and token = ${token}`
  return row === undefined ? undefined : fromRow(row)
}

/** The method of this id when it is the customer's. */
export async function findMethod(db: ReadHandle, id: string, customerId: string): Promise<StoredMethod | undefined> {
  const [row] = await db.sql<MethodRow>`select * from payment_methods where id = ${id} and customer_id = ${customerId}`
  return row === undefined ? undefined : fromRow(row)
}

/** A customer's methods, newest first. */
export async function listMethods(
  db: ReadHandle,
  {
    customerId,
    beforeId,
    limit,
  }: { readonly customerId: string; readonly beforeId?: string | undefined; readonly limit: number },
): Promise<PaymentMethod[]> {
  const before = beforeId === undefined ? fragment`` : fragment`and id < ${beforeId}`
  const rows = await db.sql<MethodRow>`
    select * from payment_methods where customer_id = ${customerId} ${before} order by id desc limit ${limit}`
  return rows.map((row) => fromRow(row).resource)
}

/** Forgets a customer's method, if there is one; returns what its provider knows it by. */
export async function deleteMethod(
  tx: WriteHandle,
  id: string,
  customerId: string,
): Promise<{ readonly provider: string; readonly token: string } | undefined> {
  const [row] = await tx.sql<{ provider: string; token: string }>`
    delete from payment_methods where id = ${id} and customer_id = ${customerId} returning provider, token`
  return row
}

/** Forgets all methods of a customer; returns what providers know the customer by. */
export async function deleteMethodsOf(
  tx: WriteHandle,
  customerId: string,
): Promise<readonly { readonly provider: string; readonly reference: string }[]> {
  await tx.sql`delete from payment_methods where customer_id = ${customerId}`
  return tx.sql<{ provider: string; reference: string }>`
    delete from provider_customers where customer_id = ${customerId} returning provider, reference`
}

/** Whether a customer keeps what is to be forgotten, or has kept it again; or something is still to be charged with it. */
export async function isStillNeeded(
  db: ReadHandle,
  provider: string,
  { kind, reference }: Forgotten,
): Promise<'kept' | 'to_charge' | 'no'> {
  const [row] =
    kind === 'token'
      ? await db.sql<Needed>`
          select exists (select from payment_methods where provider = ${provider} and token = ${reference}) as is_kept,
                 exists (select from payments where provider = ${provider} and token = ${reference}) as is_to_charge`
      : await db.sql<Needed>`
          select exists (select from provider_customers where provider = ${provider} and reference = ${reference}) as is_kept,
                 exists (select from payments where provider = ${provider} and provider_customer = ${reference}) as is_to_charge`
  if (row?.is_kept === true) return 'kept'
  return row?.is_to_charge === true ? 'to_charge' : 'no'
}

interface Needed {
  readonly is_kept: boolean
  readonly is_to_charge: boolean
}
