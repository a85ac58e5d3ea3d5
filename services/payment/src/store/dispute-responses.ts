import type { WriteHandle } from '@stoa/contract'
import { json } from '@stoa/postgres'
import type { DisputeResponse } from '../domain/dispute.ts'

/** Notes a response that is begun with the provider, for a dispute whose payment is locked. */
export async function noteResponse(
  tx: WriteHandle,
  id: string,
  response: DisputeResponse,
  { at, revisitAt }: { readonly at: Temporal.Instant; readonly revisitAt: Temporal.Instant },
): Promise<void> {
  const evidence = response.kind === 'evidence' ? json(response.evidence) : null
  await tx.sql`
    update disputes
       set pending = ${response.kind}, pending_key = ${response.key}, pending_since = ${at}, evidence = ${evidence},
           revisit_at = ${revisitAt}, updated_at = ${at}
     where id = ${id}`
}

/** Ends a response, unless another has ended it: the text of its evidence is deleted. */
export async function endResponse(
  tx: WriteHandle,
  id: string,
  { key, kind }: DisputeResponse,
  { isDone, at }: { readonly isDone: boolean; readonly at: Temporal.Instant },
): Promise<void> {
  const isSubmitted = isDone && kind === 'evidence'
  await tx.sql`
    update disputes
       set pending = null, pending_key = null, pending_since = null, evidence = null, updated_at = ${at},
           evidence_submitted_at = case when ${isSubmitted}::boolean then ${at} else evidence_submitted_at end
     where id = ${id} and pending_key = ${key}`
}

interface DueSweep {
  readonly now: Temporal.Instant
  /** How long a dispute with a response that has not ended is left to its task. */
  readonly revisitAfterMs: number
  readonly limit: number
}

/** How often an open dispute is asked for without a webhook. */
export const askAgainAfterMs = 3_600_000

/** Takes disputes whose provider is to be asked again: with a response that has not ended, or open for a while without a webhook. */
export async function takeDueDisputes(
  tx: WriteHandle,
  { now, revisitAfterMs, limit }: DueSweep,
): Promise<{ readonly provider: string; readonly reference: string }[]> {
  // A time further ahead than any can be was written before the clock was set back.
  const ahead = now.add({ milliseconds: 2 * askAgainAfterMs })
  const soon = now.add({ milliseconds: revisitAfterMs })
  const later = now.add({ milliseconds: askAgainAfterMs })
  return tx.sql<{ provider: string; reference: string }>`
    with due as (
      select id from disputes
       where (closed_at is null or pending is not null) and (revisit_at <= ${now} or revisit_at > ${ahead})
       order by revisit_at limit ${limit} for update skip locked
    )
    update disputes set revisit_at = case when pending is null then ${later}::timestamptz else ${soon}::timestamptz end
     where id in (select id from due) returning provider, reference`
}
