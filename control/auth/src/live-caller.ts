import type { WriteHandle } from '@stoa/contract'
import { currentSessionId } from './current-session.ts'
import { apiKeyOfSessionId } from './end-sessions.ts'
import { lockAccount } from './store/account-ends.ts'
import { findApiKey } from './store/api-keys.ts'
import { findSession } from './store/sessions.ts'

/**
 * Locks the caller's account, and says whether the session of the request's token still lives: it is looked at again in the
 * transaction that makes something which outlives the session, as it may have ended since the door verified the token.
 */
export async function lockLiveCaller(
  tx: WriteHandle,
  subject: string,
  headers: { readonly [name: string]: string | undefined },
  now: Temporal.Instant,
): Promise<boolean> {
  await lockAccount(tx, subject)
  const sessionId = currentSessionId(headers)
  if (sessionId === undefined) return true
  const apiKey = apiKeyOfSessionId(sessionId)
  if (apiKey === undefined) return (await findSession(tx, sessionId, now)) !== undefined
  return (await findApiKey(tx, apiKey.id, now))?.generation === apiKey.generation
}
