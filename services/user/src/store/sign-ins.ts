import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { AttemptOutcome } from '@stoa/contracts/user/resources'
import { fragment } from '@stoa/postgres'
import { lockOut, type Failures } from '../domain/lock-out.ts'

type Instant = Temporal.Instant

/** What wrong passwords and codes are counted against: an e-mail address, whether it has an account or not, and where from. */
export interface SignInGuard {
  readonly emailHash: string
  readonly range: string
}

/** The reasons against a sign-in. */
export interface GuardState extends Failures {
  readonly lockedUntil: Instant | undefined
}

/** The wrong passwords of the last minutes, and the lock that holds. */
export async function loadGuard(db: ReadHandle, { emailHash, range }: SignInGuard, now: Instant): Promise<GuardState> {
  const [row] = await db.sql<{ from_range: number; from_anywhere: number; locked_until: Instant | null }>`
    select count(*) filter (where address_range = ${range} and not is_forgiven)::int as from_range,
           count(*)::int as from_anywhere,
           (select max(until) from sign_in_locks
             where email_hash = ${emailHash} and address_range in (${range}, '*') and until > ${now}) as locked_until
      from sign_in_failures
     where email_hash = ${emailHash} and at > ${now.subtract({ minutes: lockOut.windowMinutes })}`
  if (row === undefined) throw new Error('an aggregate returned no row')
  return { fromRange: row.from_range, fromAnywhere: row.from_anywhere, lockedUntil: row.locked_until ?? undefined }
}

/** Counts a wrong password. */
export async function insertFailure(tx: WriteHandle, id: string, guard: SignInGuard, at: Instant): Promise<void> {
  await tx.sql`
    insert into sign_in_failures (id, email_hash, address_range, at) values (${id}, ${guard.emailHash}, ${guard.range}, ${at})`
}

/** After a right password the range starts again; the count from anywhere continues. */
export async function forgiveRange(tx: WriteHandle, { emailHash, range }: SignInGuard): Promise<void> {
  await tx.sql`
    update sign_in_failures set is_forgiven = true
     where email_hash = ${emailHash} and address_range = ${range} and not is_forgiven`
}

/** Locks sign-ins from a range, or from anywhere (`*`). */
export async function lockSignIns(tx: WriteHandle, { emailHash, range }: SignInGuard, until: Instant): Promise<void> {
  await tx.sql`
    insert into sign_in_locks (email_hash, address_range, until) values (${emailHash}, ${range}, ${until})
    on conflict (email_hash, address_range) do update set until = greatest(sign_in_locks.until, excluded.until)`
}

/** Forgets locks and wrong passwords for an e-mail address. */
export async function clearGuard(tx: WriteHandle, emailHash: string): Promise<void> {
  await tx.sql`delete from sign_in_locks where email_hash = ${emailHash}`
  await tx.sql`delete from sign_in_failures where email_hash = ${emailHash}`
}

/** One attempt to sign in, as it is logged. */
export interface Attempt {
  readonly id: string
  readonly userId: string | undefined
  readonly outcome: AttemptOutcome
  readonly address: string
  readonly at: Instant
}

export async function insertAttempt(tx: WriteHandle, { id, userId, outcome, address, at }: Attempt): Promise<void> {
  await tx.sql`
    insert into authentications (id, user_id, outcome, address, at) values (${id}, ${userId ?? null}, ${outcome}, ${address}, ${at})`
}

/** An account's attempts, newest first. */
export async function listAttempts(
  db: ReadHandle,
  userId: string,
  { beforeId, limit }: { readonly beforeId?: string | undefined; readonly limit: number },
) {
  const before = beforeId === undefined ? fragment`` : fragment`and id < ${beforeId}`
  return db.sql<{ id: string; outcome: AttemptOutcome; address: string; at: Instant }>`
    select id, outcome, address, at from authentications where user_id = ${userId} ${before} order by id desc limit ${limit}`
}

/** Takes off an account's attempts where they came from. */
export async function eraseAttempts(tx: WriteHandle, userId: string): Promise<void> {
  await tx.sql`update authentications set address = 'erased' where user_id = ${userId}`
}

const unknownDays = 30
// so many at once that a run is short; the rest follows with the next run
const batch = 20_000

/** Deletes attempts to sign in that have outlived their retention; those for an unknown address, which no account can read, earlier. */
export async function deleteOldAttempts(tx: WriteHandle, now: Instant, days: number): Promise<void> {
  const before = (age: number) => now.subtract({ hours: 24 * age })
  await tx.sql`
    delete from authentications where id in (
      select id from authentications
       where at < ${before(days)} or (user_id is null and at < ${before(Math.min(days, unknownDays))}) limit ${batch})`
}

/** Deletes what no longer counts. */
export async function deleteOldSignIns(tx: WriteHandle, now: Instant): Promise<void> {
  // What lies further ahead than any of them can was written before the clock was set back: it would lock for as long.
  const latest = now.add({ minutes: 1 })
  await tx.sql`
    delete from sign_in_failures where at < ${now.subtract({ minutes: lockOut.windowMinutes })} or at > ${latest}`
  await tx.sql`
    delete from sign_in_locks where until < ${now}
       or until > ${latest}::timestamptz + case when address_range = '*' then ${lockOut.fromAnywhere.minutes}::int
            else ${lockOut.fromRange.minutes}::int end * interval '1 minute'`
}
