import { sessionRevoked } from '@stoa/contracts/auth/events'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { AuthTx } from './auth-tx.ts'
import { ERASED_VERSION, lockAccount, noteAccountEnd } from './store/account-ends.ts'
import { endApiKeyGenerations, removeApiKeysOf, type ApiKeyTokens } from './store/api-keys.ts'
import { saveEndedSessions } from './store/ended-sessions.ts'
import { removeSessions, removeSessionsOf } from './store/sessions.ts'

/** The session id that stands in the tokens of an API key, until they are ended. */
export function sessionIdOfApiKey({ id, generation }: ApiKeyTokens): string {
  return `api-key:${id}:${generation}`
}

/** The API key whose tokens carry a session id; undefined when it is the id of a sign-in. */
export function apiKeyOfSessionId(sessionId: string | undefined): ApiKeyTokens | undefined {
  const [, id, generation] = /^api-key:([^:]+):(\d+)$/.exec(sessionId ?? '') ?? []
  return id === undefined ? undefined : { id, generation: Number(generation) }
}

/** Ends sessions with everything that hangs on them, and says so. */
export async function endSessions(tx: AuthTx, ids: readonly string[]): Promise<void> {
  const ended = await removeSessions(tx, ids)
  for (const [userId, sessions] of Map.groupBy(ended, (session) => session.userId)) {
    const sessionIds = sessions.map(({ id }) => id)
    await sayRevoked(tx, userId as UserId, sessionIds)
  }
}

/** Ends every session of an account and every token of its API keys but for those of one session, and says so. */
export async function endSessionsOf(tx: AuthTx, userId: UserId, exceptId?: string): Promise<void> {
  await lockAccount(tx, userId)
  await noteAccountEnd(tx, userId)
  const sessionIds = await removeSessionsOf(tx, userId, exceptId)
  const apiKeys = await endApiKeyGenerations(tx, userId, apiKeyOfSessionId(exceptId)?.id)
  await sayRevoked(tx, userId, [...sessionIds, ...apiKeys.map(sessionIdOfApiKey)])
}

/** Ends everything of an erased account: nothing is opened for it any more. */
export async function endErased(tx: AuthTx, userId: UserId): Promise<void> {
  await lockAccount(tx, userId)
  await noteAccountEnd(tx, userId, ERASED_VERSION)
  await endEverythingOf(tx, userId)
}

/** Ends every session and every API key of an account, and says so. */
export async function endEverythingOf(tx: AuthTx, userId: UserId): Promise<void> {
  await lockAccount(tx, userId)
  await noteAccountEnd(tx, userId)
  const sessionIds = await removeSessionsOf(tx, userId, undefined)
  const apiKeys = await removeApiKeysOf(tx, userId)
  await sayRevoked(tx, userId, [...sessionIds, ...apiKeys.map(sessionIdOfApiKey)])
}

/** Says that the tokens of these sessions are worth nothing any more. */
export async function sayRevoked(tx: AuthTx, userId: UserId, sessionIds: string[]): Promise<void> {
  if (sessionIds.length === 0) return
  await saveEndedSessions(tx, sessionIds)
  const [only] = sessionIds
  tx.audit({
    operation: 'auth.revokeSessions',
    persons: [userId],
    details: { sessions: sessionIds.length },
    ...(sessionIds.length === 1 ? { target: only } : {}),
  })
  await tx.publish(sessionRevoked, userId, { userId, sessionIds })
}
