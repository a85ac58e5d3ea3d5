import type { Database } from '@stoa/postgres'
import { chainStart, checkChain, type ChainFault, type ChainHead, type ChainLink } from '@stoa/security'
import { readHead } from './seal.ts'
import type { Witness, WitnessedHead } from './witness.ts'

/** What is wrong with an audit trail. */
export type AuditFault =
  | ChainFault
  /** Rows at the end are missing: the witness has noted a later head. */
  | { readonly kind: 'truncated'; readonly sequence: number; readonly count: number }
  /** The chain up to here is not the one that was noted. */
  | { readonly kind: 'rewritten'; readonly sequence: number }
  /** Rows up to here were removed before their retention had ended. */
  | { readonly kind: 'pruned_early'; readonly sequence: number }

/** The result of a verification. */
export interface Verification {
  readonly service: string
  readonly rows: number
  /** The number of the first row that remains after retention. */
  readonly firstSequence: number
  readonly lastSequence: number
  readonly hash: string
  /** How many heads of the witness the chain was compared with; undefined without a witness. */
  readonly witnessed: number | undefined
  /** The first faults, at most 100. */
  readonly faults: readonly AuditFault[]
  /** Whether the whole chain was verified, and not only the part up to the 100th fault. */
  readonly isComplete: boolean
  readonly durationMs: number
}

interface VerifyOptions {
  readonly database: Pick<Database, 'read'>
  readonly service: string
  readonly witness: Witness | undefined
  readonly retentionDays: number
  readonly now: Temporal.Instant
}

const rowsAtOnce = 2_000
const headsAtOnce = 1_000
const mostFaults = 100

/**
 * Computes every hash of the chain again and compares it with the heads of the witness. It reads in batches, so that other work of the
 * process continues, and gives up after 100 faults.
 */
export async function verifyAudit({
  database,
  service,
  witness,
  retentionDays,
  now,
}: VerifyOptions): Promise<Verification> {
  const startedAt = performance.now()
  const { sql } = database.read
  const anchor = await readAnchor(database)
  const start = anchor ?? chainStart(service)
  const last = await readHead(database.read, service)
  const check = checkChain(start)
  const heads = headReader(witness, service, start.sequence)
  const faults: AuditFault[] = []
  if (anchor !== undefined && witness !== undefined) {
    faults.push(...(await faultsOfAnchor(anchor, witness, service, now.subtract({ hours: 24 * retentionDays }))))
  }
  let rows = 0
  let position = start.sequence
  while (faults.length < mostFaults) {
    const links = await sql<ChainLink>`
      select sequence, text, hash from audit_chain
       where sequence > ${position} and sequence <= ${last.sequence} order by sequence limit ${rowsAtOnce}`
    for (const link of links) {
      const fault = check.take(link)
      if (fault !== undefined) faults.push(fault)
    }
    const reached = links.at(-1)?.sequence ?? last.sequence
    for (const head of await heads.upTo(reached)) {
      const link = links.find(({ sequence }) => sequence === head.sequence)
      if (link !== undefined && link.hash !== head.hash) faults.push({ kind: 'rewritten', sequence: head.sequence })
    }
    rows += links.length
    position = reached
    if (links.length < rowsAtOnce) break
  }
  const isComplete = faults.length < mostFaults
  const latest = isComplete ? await heads.latest() : undefined
  const { sequence, hash } = check.head()
  if (latest !== undefined && latest.sequence > last.sequence) {
    faults.push({ kind: 'truncated', sequence: sequence + 1, count: latest.sequence - sequence })
  }
  return {
    service,
    rows,
    firstSequence: start.sequence + 1,
    lastSequence: sequence,
    hash,
    witnessed: witness === undefined ? undefined : heads.count(),
    faults: faults.slice(0, mostFaults),
    isComplete,
    durationMs: Math.round(performance.now() - startedAt),
  }
}

async function readAnchor({ read }: Pick<Database, 'read'>): Promise<ChainHead | undefined> {
  const [row] = await read.sql<ChainHead>`select sequence, hash from audit_anchor order by sequence desc limit 1`
  return row
}

/** Retention removes rows up to a noted head that is old enough, so that an anchor cannot be invented. */
async function faultsOfAnchor(
  { sequence, hash }: ChainHead,
  witness: Witness,
  service: string,
  keptSince: Temporal.Instant,
): Promise<AuditFault[]> {
  const [head] = await witness.heads(service, sequence - 1, 1)
  if (head?.sequence !== sequence || head.hash !== hash) return [{ kind: 'rewritten', sequence }]
  return Temporal.Instant.compare(head.notedAt, keptSince) > 0 ? [{ kind: 'pruned_early', sequence }] : []
}

/** Reads the heads of the witness along with the chain. */
function headReader(witness: Witness | undefined, service: string, after: number) {
  let position = after
  let kept: readonly WitnessedHead[] = []
  let isAtEnd = witness === undefined
  let count = 0
  const more = async () => {
    if (witness === undefined) return
    const read = await witness.heads(service, position, headsAtOnce)
    kept = [...kept, ...read]
    position = read.at(-1)?.sequence ?? position
    isAtEnd = read.length < headsAtOnce
  }
  return {
    async upTo(sequence: number): Promise<readonly WitnessedHead[]> {
      while (!isAtEnd && (kept.at(-1)?.sequence ?? 0) < sequence) await more()
      const reached = kept.filter((head) => head.sequence <= sequence)
      kept = kept.slice(reached.length)
      count += reached.length
      return reached
    },
    async latest(): Promise<WitnessedHead | undefined> {
      while (!isAtEnd) await more()
      count += kept.length
      return kept.at(-1)
    },
    count: () => count,
  }
}
