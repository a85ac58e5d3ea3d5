import type { Handler } from '@stoa/contract'
import type { LogRecord } from '@stoa/contracts/monitoring/log-resources'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import { readPage } from '@stoa/service'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import { listLogRecords, type LogFilter, type LogPlace } from '../store/read-log-records.ts'

const Place = Type.Object({
  at: Type.String({ pattern: String.raw`^\d{4}-\d\d-\d\dT[\d:.]+Z$`, maxLength: 40 }),
  id: Type.String({ pattern: String.raw`^-?\d{1,19}$` }),
})

/** Whether the database can compare with what a cursor contains. */
function isPlace({ at, id }: LogPlace): boolean {
  try {
    Temporal.Instant.from(at)
  } catch {
    return false
  }
  return BigInt.asIntN(64, BigInt(id)) === BigInt(id)
}

export const listLogs =
  ({ logBuffer }: Deps): Handler<MonitoringService, 'listLogs'> =>
  async ({ query, db }) => {
    await logBuffer.flush()
    const filter: LogFilter = {
      service: query.service,
      level: query.level,
      traceId: query.traceId,
      from: query.from,
      to: query.to,
      contains: query.contains,
    }
    const read = (after: LogPlace | undefined, limit: number) =>
      after !== undefined && !isPlace(after) ? Promise.resolve([]) : listLogRecords(db, filter, after, limit)
    const placeOf = ({ at, id }: LogRecord) => ({ at, id })
    return { status: 200, body: await readPage(query, Place, read, placeOf) }
  }
