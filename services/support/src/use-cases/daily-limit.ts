import type { Tx } from '@stoa/contract'
import type { SupportService } from '@stoa/contracts/support/service'
import { countedMs, secondsUntilNext } from '../domain/daily-limit.ts'
import { lockCustomer, type Created } from '../store/limits.ts'

/** How many things of a kind an account can create within a day. */
export interface DailyLimit {
  readonly limit: number
  readonly count: (tx: Tx<SupportService>, accountId: string, since: Temporal.Instant) => Promise<Created>
}

/**
 * Seconds until an account may create one more; 0 if it may now. Requests of the account at the same time wait for the end of the
 * transaction, so this comes before any other lock.
 */
export async function secondsUntilOneMore(
  tx: Tx<SupportService>,
  accountId: string,
  now: Temporal.Instant,
  { limit, count }: DailyLimit,
): Promise<number> {
  await lockCustomer(tx, accountId)
  return secondsUntilNext(await count(tx, accountId, now.subtract({ milliseconds: countedMs })), limit, now)
}
