import type { DocumentKind } from '@stoa/contracts/billing/resources'

/** The place of a document among those of its legal entity, kind and year, counted from 1. */
export interface Place {
  readonly kind: DocumentKind
  readonly legalEntity: string
  readonly year: number
  readonly position: number
}

const middles: Readonly<Record<DocumentKind, string>> = { invoice: '', credit_note: 'C-', debit_note: 'D-' }

/** The number of a document: `STOA-2026-000017`, `STOA-C-2026-000003` of a credit note, `STOA-D-2026-000001` of a debit note. */
export function numberOf({ kind, legalEntity, year, position }: Place): string {
  return `${legalEntity}-${middles[kind]}${year}-${String(position).padStart(6, '0')}`
}

/** The year of a point in time where the seller is. @throws RangeError for an unknown time zone */
export function yearIn(at: Temporal.Instant, timeZone: string): number {
  return at.toZonedDateTimeISO(timeZone).year
}
