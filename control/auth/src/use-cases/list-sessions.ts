import type { Handler } from '@stoa/contract'
import { Session } from '@stoa/contracts/auth/resources'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { UserId } from '@stoa/contracts/shared/ids'
import { currentSessionId } from '../current-session.ts'
import type { Deps } from '../deps.ts'
import { readNewest, scopeOfList } from '../lists.ts'
import { listSessionsOf, type After, type SessionRow } from '../store/sessions.ts'

/** Lists live sessions: one's own, or for those who may see everybody's all of them or one account's. */
export const listSessions =
  ({ clock }: Deps): Handler<AuthService, 'listSessions'> =>
  async ({ query, caller, db, headers }) => {
    const whose = scopeOfList(caller, 'session:read', query.userId)
    if (whose === undefined) return { status: 200, body: { items: [] } }
    const read = (after: After | undefined, limit: number) =>
      listSessionsOf(db, { ...whose, now: clock.now(), after, limit })
    const current = currentSessionId(headers)
    return { status: 200, body: await readNewest(query, Session.properties.id, read, (row) => toSession(row, current)) }
  }

function toSession(row: SessionRow, current: string | undefined): Session {
  return {
    id: row.id,
    userId: row.userId as UserId,
    clientId: row.clientId,
    methods: [...row.methods],
    createdAt: row.createdAt.toString(),
    lastUsedAt: row.lastUsedAt.toString(),
    expiresAt: row.expiresAt.toString(),
    isCurrent: row.id === current,
  }
}
