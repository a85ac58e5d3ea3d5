import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { ReportFormat } from '@stoa/contracts/reporting/resources'
import type { Database } from '@stoa/postgres'
import { FileTooLarge } from '../domain/failure.ts'

const chunkBytes = 524_288

/** Where the bytes of a file go. */
export interface FileSink {
  /** @throws FileTooLarge */
  readonly write: (bytes: Uint8Array) => Promise<void>
  /** Writes what is left; returns the size of the file. */
  readonly end: () => Promise<number>
}

interface FileOf {
  readonly reportId: string
  readonly attemptId: string
  readonly format: ReportFormat
  readonly mostBytes: number
}

/** A file of an attempt, written chunk by chunk, so that memory holds one of them. It counts once the attempt completes the report. */
export function makeFileSink(database: Database, { reportId, attemptId, format, mostBytes }: FileOf): FileSink {
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  let sizeBytes = 0
  let number = 0
  async function flush(): Promise<void> {
    if (pendingBytes === 0) return
    const bytes = Buffer.concat(pending)
    pending = []
    pendingBytes = 0
    await database.transaction(
      ({ sql }) => sql`
        insert into report_chunks (report_id, attempt_id, format, number, written_at, bytes)
        values (${reportId}, ${attemptId}, ${format}, ${number}, now(), ${bytes})`,
    )
    number += 1
  }
  return {
    async write(bytes) {
      sizeBytes += bytes.byteLength
      if (sizeBytes > mostBytes)
        throw new FileTooLarge(`The ${format} file is larger than ${mostBytes / 1_048_576} MiB (REPORT_FILE_MIB).`)
      pending.push(bytes)
      pendingBytes += bytes.byteLength
      if (pendingBytes >= chunkBytes) await flush()
    },
    async end() {
      await flush()
      return sizeBytes
    },
  }
}

/** A file that is read chunk by chunk. */
export interface StoredFile {
  readonly sizeBytes: number
  /** @throws Error if the report is removed meanwhile */
  readonly parts: () => AsyncIterable<Uint8Array>
}

/** A file of a completed report; undefined if the report has none of this format. */
export async function findFileOf(
  { sql }: ReadHandle,
  reportId: string,
  format: ReportFormat,
): Promise<StoredFile | undefined> {
  const [found] = await sql<{ attemptId: string; chunks: number; sizeBytes: number }>`
    select c.attempt_id as "attemptId", count(*)::int as chunks, sum(octet_length(c.bytes))::int as "sizeBytes"
    from reports r join report_chunks c on c.report_id = r.id and c.attempt_id = r.made_by
    where r.id = ${reportId} and r.state = 'completed' and c.format = ${format} group by c.attempt_id`
  if (found === undefined) return undefined
  const { attemptId, chunks, sizeBytes } = found
  return {
    sizeBytes,
    async *parts() {
      for (let number = 0; number < chunks; number += 1) {
        const [chunk] = await sql<{ bytes: Uint8Array }>`
          select bytes from report_chunks
          where report_id = ${reportId} and attempt_id = ${attemptId} and format = ${format} and number = ${number}`
        if (chunk === undefined) throw new Error(`the report ${reportId} was removed while it was read`)
        yield chunk.bytes
      }
    },
  }
}

/** Removes what attempts have written that have not completed their report, once it is old enough that none of them still runs. */
export async function removeAbandoned(
  { sql }: WriteHandle,
  { before, limit }: { readonly before: Temporal.Instant; readonly limit: number },
): Promise<number> {
  const rows = await sql`
    delete from report_chunks where ctid = any(array(
      select c.ctid from report_chunks c join reports r on r.id = c.report_id
      where c.written_at < ${before} and c.attempt_id is distinct from r.made_by limit ${limit}
    )) returning 1`
  return rows.length
}
