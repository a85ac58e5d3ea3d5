import { hash } from 'node:crypto'
import type { AuditFacts } from '@stoa/contract'
import type { Clock, NewId } from '@stoa/kernel'
import { randomSecret } from '@stoa/security'
import { currentContext } from '@stoa/telemetry'
import { storable } from './storable.ts'

/** Who records. */
export interface AuditSource {
  readonly service: string
  readonly clock: Clock
  readonly newId: NewId
}

/** An entry before it has its place in the chain. */
export interface NewEntry {
  readonly id: string
  /** JSON of an object. */
  readonly text: string
  readonly actor: string
  readonly address: string | null
  readonly salt: string | null
}

/** Several equal actions within a window of time, which share one entry. */
export interface Repeats {
  readonly count: number
  readonly firstAt: string
  readonly lastAt: string
}

/** What the text of an entry contains, besides its number in the chain. */
export interface EntryText extends Omit<AuditFacts, 'address'> {
  readonly id: string
  readonly service: string
  readonly at: string
  readonly correlationId?: string
  /** SHA-256 of a random salt, a line break and the address. */
  readonly addressDigest?: string
  readonly repeats?: Repeats
}

const longestDetail = 200

/** Makes the entry of an action. */
export function makeEntry({ service, clock, newId }: AuditSource, facts: AuditFacts): NewEntry {
  const { address, ...others } = facts
  const sealed = sealAddress(address)
  const context = currentContext()
  return {
    ...entryOf(
      {
        id: newId(),
        service,
        at: textOfInstant(clock.now()),
        ...others,
        ...(context === undefined ? {} : { correlationId: context.traceId }),
      },
      sealed,
    ),
  }
}

/** Puts the members of an entry into their order and leaves out what is not known. */
export function entryOf(given: EntryText, sealed: SealedAddress | undefined): NewEntry {
  const entry = storable(given)
  const { id, service, at, operation, outcome, code, actor, actorKind, client, session, target } = entry
  const { persons = [], correlationId, details, repeats } = entry
  const text = JSON.stringify({
    id,
    service,
    at,
    operation,
    outcome,
    code,
    actor,
    actorKind,
    client,
    session,
    target,
    persons,
    correlationId,
    addressDigest: sealed?.digest,
    details: details && shortened(details),
    repeats,
  })
  return { id, text, actor, address: sealed?.address ?? null, salt: sealed?.salt ?? null }
}

function shortened(details: NonNullable<AuditFacts['details']>): AuditFacts['details'] {
  const pairs = Object.entries(details).slice(0, 20)
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, longestDetail) : value]),
  )
}

/** An address beside the chain, and what the chain has of it. */
export interface SealedAddress {
  readonly address: string
  readonly salt: string
  readonly digest: string
}

/** Makes the digest of an address with a salt of its own: without the salt, which is deleted with the address, it says nothing. */
export function sealAddress(address: string | undefined): SealedAddress | undefined {
  if (address === undefined || address === '') return undefined
  const salt = randomSecret(16)
  return { address, salt, digest: digestOfAddress(salt, address) }
}

/** The digest of an address in an entry. */
export function digestOfAddress(salt: string, address: string): string {
  return hash('sha256', `${salt}\n${address}`)
}

/** An instant with milliseconds, so that texts are in the order of time. */
export function textOfInstant(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'millisecond' })
}
