import type { WriteHandle } from '@stoa/contract'
import type { PaymentId, RefundId } from '@stoa/contracts/shared/ids'
import { fragment } from '@stoa/postgres'

/** Which abandoned operations a sweep takes. */
export interface Sweep {
  readonly now: Temporal.Instant
  /** The age from which an operation counts as abandoned. */
  readonly abandonedAfterMs: number
  /** How long those that it takes are left to their tasks. */
  readonly revisitAfterMs: number
  readonly limit: number
}

/**
 * Takes payments with an operation that was begun and has not ended: first those that no sweep has taken, then in turn, so that
 * none waits behind those that do not end.
 */
export async function takeAbandonedPayments(tx: WriteHandle, sweep: Sweep): Promise<PaymentId[]> {
  const rows = await tx.sql<{ id: PaymentId }>`
    with due as (
      select id from payments where pending is not null and ${isDue(sweep, fragment`pending_since`)}
      order by revisit_at nulls first, pending_since limit ${sweep.limit} for update skip locked
    )
    update payments set revisit_at = ${sweep.now.add({ milliseconds: sweep.revisitAfterMs })}
    where id in (select id from due) returning id`
  return rows.map(({ id }) => id)
}

/** Takes refunds that were begun and have not ended, in the same order. */
export async function takeAbandonedRefunds(tx: WriteHandle, sweep: Sweep): Promise<RefundId[]> {
  const rows = await tx.sql<{ id: RefundId }>`
    with due as (
      select id from refunds where status = 'begun' and ${isDue(sweep, fragment`begun_at`)}
      order by revisit_at nulls first, begun_at limit ${sweep.limit} for update skip locked
    )
    update refunds set revisit_at = ${sweep.now.add({ milliseconds: sweep.revisitAfterMs })}
    where id in (select id from due) returning id`
  return rows.map(({ id }) => id)
}

/** A time further ahead than any can be was written before the clock was set back. */
function isDue({ now, abandonedAfterMs, revisitAfterMs }: Sweep, since: ReturnType<typeof fragment>) {
  const before = now.subtract({ milliseconds: abandonedAfterMs })
  const ahead = now.add({ milliseconds: 2 * Math.max(abandonedAfterMs, revisitAfterMs) })
  return fragment`
    (${since} < ${before} or ${since} > ${ahead})
    and (revisit_at is null or revisit_at <= ${now} or revisit_at > ${ahead})`
}
