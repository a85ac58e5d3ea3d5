import type { AuditedAction, ReadHandle } from '@stoa/contract'
import { fragment, joinFragments } from '@stoa/postgres'
import { digestOfAddress, type EntryText } from './entry.ts'

/** A search: its filter, and before which number it continues. */
export interface AuditSearch {
  readonly actor?: string | undefined
  readonly person?: string | undefined
  readonly operation?: string | undefined
  readonly target?: string | undefined
  readonly outcome?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly before?: number | undefined
  readonly limit: number
}

interface Row {
  readonly text: string
  readonly hash: string
  readonly address: string | null
  readonly salt: string | null
}

/** Returns the entries that match, newest first; the address of a client only if it is the one in the chain. */
export async function searchAudit(db: ReadHandle, search: AuditSearch): Promise<AuditedAction[]> {
  const { actor, person, operation, target, outcome, since, until, before, limit } = search
  const conditions = [
    actor === undefined ? undefined : fragment`actor = ${actor}`,
    person === undefined ? undefined : fragment`(text::jsonb -> 'persons') ? ${person}`,
    operation === undefined ? undefined : fragment`operation = ${operation}`,
    target === undefined ? undefined : fragment`target = ${target}`,
    outcome === undefined ? undefined : fragment`text::jsonb ->> 'outcome' = ${outcome}`,
    since === undefined ? undefined : fragment`at >= ${timeText(since)}`,
    until === undefined ? undefined : fragment`at < ${timeText(until)}`,
    before === undefined ? undefined : fragment`sequence < ${before}`,
  ].filter((condition) => condition !== undefined)
  const where = conditions.length === 0 ? fragment`` : fragment`where ${joinFragments(conditions, ' and ')}`
  const rows = await db.sql<Row>`
    select text, hash, address, salt
      from (select * from audit_chain ${where} order by sequence desc limit ${limit}) as found
      left join audit_address on entry = (text::jsonb ->> 'id')::uuid
     order by sequence desc`
  return rows.map(shown)
}

function timeText(instant: string): string {
  return Temporal.Instant.from(instant).toString({ smallestUnit: 'millisecond' })
}

function shown({ text, hash, address, salt }: Row): AuditedAction {
  const { addressDigest, ...entry } = JSON.parse(text) as EntryText & { readonly sequence: number }
  const isGenuine = address !== null && salt !== null && digestOfAddress(salt, address) === addressDigest
  return { ...entry, persons: [...(entry.persons ?? [])], hash, ...(isGenuine ? { address } : {}) } as never
}
