import { searchAudit } from '@stoa/audit'
import { AuditQuery } from '@stoa/contract'
import { inputReader, type ExtraRoute } from '@stoa/http'
import type { Database } from '@stoa/postgres'
import type { Static } from 'typebox'
import type { OperatorRecorder } from './operator-recorder.ts'
import { splitTarget } from './operating-request.ts'

const readInput = inputReader({ query: AuditQuery, body: undefined })

/** `GET /audit-trail`: the entries of this service, for those who have `audit:read`; reading them is recorded as well. */
export function auditTrailEndpoint(database: Database, recorder: OperatorRecorder): ExtraRoute {
  return {
    path: '/audit-trail',
    permission: 'audit:read',
    async handle({ url = '' }, response, { caller }) {
      const query = readInput({}, splitTarget(url).search, undefined).query as Static<typeof AuditQuery>
      const items = await searchAudit(database.read, { ...query, limit: query.limit ?? 50 })
      const persons = query.person === undefined ? [] : [query.person]
      await recorder.read(caller, { operation: 'audit', target: query.target, persons })
      const body = JSON.stringify({ items })
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body)
    },
  }
}
