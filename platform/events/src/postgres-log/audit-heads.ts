import type { Database } from '@stoa/postgres'
import type { AuditHead, NotedAuditHead } from '../event-log.ts'

/** Notes a head unless one of its number is noted; returns the noted hash. */
export async function noteAuditHead(
  database: Database,
  service: string,
  { sequence, hash }: AuditHead,
): Promise<string> {
  return database.transaction(async ({ sql }) => {
    const [row] = await sql<{ noted: string }>`select event_log_note_head(${service}, ${sequence}, ${hash}) as noted`
    if (row === undefined) throw new Error('a function returned no row')
    return row.noted
  })
}

/** The noted heads of a service behind a number. */
export function readAuditHeads(
  { read }: Database,
  service: string,
  after: number,
  limit: number,
): Promise<readonly NotedAuditHead[]> {
  return read.sql<NotedAuditHead>`
    select sequence, hash, noted_at as "notedAt" from audit_heads
     where service = ${service} and sequence > ${after} order by sequence limit ${limit}`
}
