import type { AuditFacts, WriteHandle } from '@stoa/contract'
import { afterCommit, sendWithCommit } from '@stoa/postgres'
import { makeEntry, type AuditSource, type NewEntry } from './entry.ts'
import { signalAppended } from './appended-signal.ts'

interface Buffer {
  readonly entries: NewEntry[]
  readonly operations: Set<string>
}

const buffers = new WeakMap<WriteHandle, Buffer>()
const requests = new WeakMap<WriteHandle, AuditFacts>()

/** Notes the request that a transaction belongs to: what its entries have in common. */
export function noteRequest(tx: WriteHandle, facts: AuditFacts): void {
  requests.set(tx, facts)
}

/**
 * Records an action if and only if the transaction commits. What the facts leave out is taken from the request of the transaction; outside
 * of one, the service itself is the actor. The entries of a transaction are written in one statement together with its COMMIT, and get their place in the chain afterwards.
 * @throws Error outside of a request without an operation
 */
export function appendAudit(tx: WriteHandle, source: AuditSource, given: Partial<AuditFacts>): void {
  const itself = { actor: `service:${source.service}`, actorKind: 'service', outcome: 'succeeded' } as const
  const facts = { ...itself, ...requests.get(tx), ...given }
  const { operation } = facts
  if (operation === undefined) throw new Error('an audit entry outside of a request needs an operation')
  const buffer = bufferOf(tx, source)
  buffer.operations.add(operation)
  buffer.entries.push(makeEntry(source, { ...facts, operation }))
}

/** Returns whether the transaction has recorded this operation. */
export function hasRecorded(tx: WriteHandle, operation: string): boolean {
  return buffers.get(tx)?.operations.has(operation) === true
}

function bufferOf(tx: WriteHandle, { service }: AuditSource): Buffer {
  const known = buffers.get(tx)
  if (known !== undefined) return known
  const buffer: Buffer = { entries: [], operations: new Set() }
  buffers.set(tx, buffer)
  sendWithCommit(tx, () => insertPending(tx, buffer.entries))
  afterCommit(tx, () => signalAppended(service))
  return buffer
}

function insertPending({ sql }: WriteHandle, entries: readonly NewEntry[]): Promise<unknown> {
  const [ids, texts, actors, addresses, salts] = [
    entries.map(({ id }) => id),
    entries.map(({ text }) => text),
    entries.map(({ actor }) => actor),
    entries.map(({ address }) => address),
    entries.map(({ salt }) => salt),
  ]
  return sql`
    insert into audit_pending (id, entry, actor, address, salt)
    select * from unnest(${ids}::uuid[], ${texts}::text[], ${actors}::text[], ${addresses}::text[], ${salts}::text[])`
}
