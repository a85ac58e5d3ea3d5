import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { SecondFactor } from '@stoa/contracts/user/resources'
import { fragment } from '@stoa/postgres'
import { codesLockedFor, maxWrongCodes, pendingFor } from '../domain/second-factor.ts'

type Instant = Temporal.Instant

/** The second factor of an account as it is kept. */
export interface StoredFactor {
  readonly id: string
  readonly encryptedSecret: Buffer
  readonly isConfirmed: boolean
  /** The time step of the last accepted code. */
  readonly lastStep: number | undefined
  /** Until when codes of the app are refused after too many wrong ones. */
  readonly codesLockedUntil: Instant | undefined
}

/** Whether codes of the app are refused; a lock that ends later than any can was made before the clock was set back. */
const isLocked = (now: Instant) =>
  fragment`coalesce(codes_locked_until > ${now} and codes_locked_until <= ${now.add(codesLockedFor).add({ minutes: 1 })}, false)`

/** The second factor of an account, pending or confirmed. */
export async function findFactor(db: ReadHandle, userId: string, now: Instant): Promise<StoredFactor | undefined> {
  const [row] = await db.sql<{
    id: string
    secret: Buffer
    is_confirmed: boolean
    last_step: number | null
    locked_until: Instant | null
  }>`
    select id, secret, confirmed_at is not null as is_confirmed, last_step,
           case when ${isLocked(now)} then codes_locked_until end as locked_until
      from second_factors
     where user_id = ${userId} and (confirmed_at is not null or created_at > ${now.subtract(pendingFor)})`
  if (row === undefined) return undefined
  return {
    id: row.id,
    encryptedSecret: row.secret,
    isConfirmed: row.is_confirmed,
    lastStep: row.last_step === null ? undefined : Number(row.last_step),
    codesLockedUntil: row.locked_until ?? undefined,
  }
}

/** The id of the second factor that sign-ins of an account ask for; undefined if they ask for none. */
export async function findConfirmedFactorId(db: ReadHandle, userId: string): Promise<string | undefined> {
  const [row] = await db.sql<{ id: string }>`
    select id from second_factors where user_id = ${userId} and confirmed_at is not null`
  return row?.id
}

/** Keeps a new second factor in the place of a pending one; false if there is a confirmed one. The account must be locked. */
export async function insertFactor(
  tx: WriteHandle,
  factor: {
    readonly id: string
    readonly userId: string
    readonly encryptedSecret: Buffer
    readonly recoveryHashes: readonly string[]
  },
  at: Instant,
): Promise<boolean> {
  await tx.sql`delete from second_factors where user_id = ${factor.userId} and confirmed_at is null`
  const rows = await tx.sql`
    insert into second_factors (id, user_id, secret, created_at)
    values (${factor.id}, ${factor.userId}, ${factor.encryptedSecret}, ${at})
    on conflict (user_id) do nothing returning id`
  if (rows.length === 0) return false
  await tx.sql`
    insert into recovery_codes (factor_id, code_hash) select ${factor.id}, unnest(${[...factor.recoveryHashes]}::text[])`
  return true
}

/** Makes sign-ins ask for the codes of a pending factor; false if it was replaced, confirmed or deleted meanwhile. */
export async function confirmFactor(tx: WriteHandle, id: string, step: number, at: Instant): Promise<boolean> {
  const rows = await tx.sql`
    update second_factors set confirmed_at = ${at}, last_step = ${step}, wrong_codes = 0, codes_locked_until = null
     where id = ${id} and confirmed_at is null returning id`
  return rows.length === 1
}

/**
 * Accepts the code of a time step, once, and stores its secret as it was encrypted anew; false if it, or one of a later step, was
 * accepted meanwhile, or codes were locked.
 */
export async function useStep(
  tx: WriteHandle,
  factorId: string,
  {
    step,
    latestStep,
    sealedAnew,
    at,
  }: {
    readonly step: number
    readonly latestStep: number
    readonly sealedAnew: Buffer | undefined
    readonly at: Instant
  },
): Promise<boolean> {
  const rows = await tx.sql`
    update second_factors
       set last_step = ${step}, wrong_codes = 0, codes_locked_until = null, secret = coalesce(${sealedAnew ?? null}::bytea, secret)
     where id = ${factorId} and (last_step is null or last_step < ${step} or last_step > ${latestStep})
       and not ${isLocked(at)} returning id`
  return rows.length === 1
}

/** Whether a recovery code of a factor is there and was not used. */
export async function isRecoveryCodeOpen(db: ReadHandle, factorId: string, codeHash: string): Promise<boolean> {
  const rows = await db.sql`
    select 1 from recovery_codes where factor_id = ${factorId} and code_hash = ${codeHash} and used_at is null`
  return rows.length === 1
}

/** Accepts a recovery code, once. */
export async function useRecoveryCode(
  tx: WriteHandle,
  factorId: string,
  { codeHash, at }: { readonly codeHash: string; readonly at: Instant },
): Promise<boolean> {
  const rows = await tx.sql`
    update recovery_codes set used_at = ${at}
     where factor_id = ${factorId} and code_hash = ${codeHash} and used_at is null returning code_hash`
  if (rows.length === 0) return false
  await tx.sql`update second_factors set wrong_codes = 0, codes_locked_until = null where id = ${factorId}`
  return true
}

/** Counts a wrong code; returns whether there were too many since the last right one, from which on codes of the app are refused. */
export async function countWrongCode(tx: WriteHandle, factorId: string, now: Instant): Promise<boolean> {
  const [row] = await tx.sql<{ isTooMany: boolean }>`
    update second_factors
       set wrong_codes = wrong_codes + 1,
           codes_locked_until =
             case when wrong_codes + 1 >= ${maxWrongCodes}::int then ${now.add(codesLockedFor)} else codes_locked_until end
     where id = ${factorId} returning wrong_codes >= ${maxWrongCodes}::int as "isTooMany"`
  return row?.isTooMany ?? false
}

/** Deletes a second factor with its recovery codes; false if it is gone already. */
export async function deleteFactor(tx: WriteHandle, id: string): Promise<boolean> {
  const rows = await tx.sql`delete from second_factors where id = ${id} returning id`
  return rows.length === 1
}

/** Deletes what an account has of a second factor. */
export async function deleteFactorOf(tx: WriteHandle, userId: string): Promise<void> {
  await tx.sql`delete from second_factors where user_id = ${userId}`
}

/** Deletes factors that were never confirmed in time. */
export async function deleteOldPendingFactors(tx: WriteHandle, now: Instant): Promise<void> {
  await tx.sql`
    delete from second_factors
     where confirmed_at is null
       -- one further ahead was made before the clock was set back
       and (created_at < ${now.subtract(pendingFor)} or created_at > ${now.add({ minutes: 1 })})`
}

/** What the owner sees of a second factor. */
export async function describeFactor(db: ReadHandle, userId: string, now: Instant): Promise<SecondFactor> {
  const [row] = await db.sql<{ confirmed_at: Instant | null; left: number }>`
    select confirmed_at, (select count(*)::int from recovery_codes where factor_id = f.id and used_at is null) as left
      from second_factors f
     where user_id = ${userId} and (confirmed_at is not null or created_at > ${now.subtract(pendingFor)})`
  if (row === undefined) return { status: 'disabled', recoveryCodesLeft: 0 }
  const { confirmed_at: at, left: recoveryCodesLeft } = row
  return at === null
    ? { status: 'pending', recoveryCodesLeft }
    : { status: 'enabled', enabledAt: at.toString(), recoveryCodesLeft }
}
