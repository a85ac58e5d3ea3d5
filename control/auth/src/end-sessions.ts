import { sessionRevoked } from '@stoa/contracts/auth/events'
import type { UserId } from '@stoa/contracts/ids'
import type { AuthTx } from './auth-tx.ts'
import { removeApiKeysOf } from './store/api-keys.ts'
import { saveEndedSessions } from './store/ended-sessions.ts'
import { removeSessions, removeSessionsOf } from './store/sessions.ts'

/** The session id that stands in tokens had by an API key. */
export function sessionIdOfApiKey(apiKeyId: string): string {
  return `api-key:${apiKeyId}`
}

/** Ends sessions with everything that hangs on them, and says so. */
export async function endSessions(tx: AuthTx, ids: readonly string[]): Promise<void> {
  const ended = await removeSessions(tx, ids)
  for (const [userId, sessions] of Map.groupBy(ended, (session) => session.userId)) {
    const sessionIds = sessions.map(({ id }) => id)
    await sayRevoked(tx, userId as UserId, sessionIds)
  }
}

/** Ends every session of an account but for one, and says so. */
export async function endSessionsOf(tx: AuthTx, userId: UserId, exceptId?: string): Promise<void> {
  await sayRevoked(tx, userId, await removeSessionsOf(tx, userId, exceptId))
}

/** Ends every session and every API key of an account, and says so. */
export async function endEverythingOf(tx: AuthTx, userId: UserId): Promise<void> {
  const sessionIds = await removeSessionsOf(tx, userId, undefined)
  const apiKeyIds = await removeApiKeysOf(tx, userId)
  await sayRevoked(tx, userId, [...sessionIds, ...apiKeyIds.map(sessionIdOfApiKey)])
}

/** Says that the tokens of these sessions are worth nothing any more. */
export async function sayRevoked(tx: AuthTx, userId: UserId, sessionIds: string[]): Promise<void> {
  if (sessionIds.length === 0) return
  await saveEndedSessions(tx, sessionIds)
  await tx.publish(sessionRevoked, userId, { userId, sessionIds })
}
