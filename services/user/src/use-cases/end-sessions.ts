import type { Calls, TaskHandler, WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { UserService } from '@stoa/contracts/user/service'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import {
  findSessionsEnd,
  listSessionsToEnd,
  markSessionsToEnd,
  noteSessionsEnded,
  type SessionsEnd,
} from '../store/users.ts'
import type { UserTx } from './count-attempts.ts'

// how long the request itself has to end the sessions before the task does
const taskDelayMs = 10_000

/** The sessions that end after a change of an account. */
export interface SessionsEnding extends SessionsEnd {
  readonly userId: UserId
  /** The session that stays open if this request can end the others; the task ends it too. */
  readonly exceptSessionId?: string | undefined
}

/** Has a task end the sessions of an account that is marked for it, in case this request does not come to it. */
export async function enqueueSessionsEnd(tx: UserTx, userId: UserId): Promise<void> {
  await tx.enqueue('end-sessions', { userId }, { key: userId, delayMs: taskDelayMs })
}

/** Has the sessions of an account end but for one; the account must be locked. The API keys stay. */
export async function markOtherSessionsToEnd(
  tx: UserTx,
  account: { readonly userId: UserId; readonly exceptSessionId: string | undefined },
  at: Temporal.Instant,
): Promise<SessionsEnding> {
  // those of an earlier change, which may include this one, have not ended yet
  const isOneDue = (await findSessionsEnd(tx, account.userId)) !== undefined
  const end = await markSessionsToEnd(tx, account.userId, at)
  await enqueueSessionsEnd(tx, account.userId)
  return { ...account, ...end, ...(isOneDue ? { exceptSessionId: undefined } : {}) }
}

/** Ends sessions within the request; returns what notes it, which does nothing where auth could not be reached. */
export async function endSessionsNow(
  { newId }: Deps,
  calls: Calls<UserService['calls']>,
  { userId, version, deletesApiKeys, exceptSessionId = '' }: SessionsEnding,
): Promise<(tx: WriteHandle) => Promise<void>> {
  const ended = { userId, deletesApiKeys, accountVersion: version, exceptSessionId }
  try {
    await calls.auth.endSessions(ended, { idempotencyKey: newId() })
    return (tx) => noteSessionsEnded(tx, userId, version)
  } catch (error) {
    if (!isAppError(error)) throw error
    return () => Promise.resolve()
  }
}

/** Ends the sessions of an account that has some to end, until auth says that it is done. */
export const endSessionsTask: TaskHandler<UserService, 'end-sessions'> = async ({
  payload,
  calls,
  db,
  key,
  commit,
}) => {
  const ending = await findSessionsEnd(db, payload.userId)
  if (ending === undefined) return
  const { version, deletesApiKeys } = ending
  const ended = { userId: payload.userId, deletesApiKeys, accountVersion: version }
  await calls.auth.endSessions(ended, { idempotencyKey: key })
  await commit((tx) => noteSessionsEnded(tx, payload.userId, version))
}

const foundAtOnce = 1_000

/** Enqueues what was put aside, or lost, of ending sessions: the mark on the account stays until auth has ended them. */
export const findSessionsToEnd =
  ({ clock }: Deps): TaskHandler<UserService, 'find-sessions-to-end'> =>
  async ({ db, commit }) => {
    const userIds = await listSessionsToEnd(db, clock.now(), foundAtOnce)
    await commit(async (tx) => {
      for (const userId of userIds) await tx.enqueue('end-sessions', { userId }, { key: userId })
    })
  }
