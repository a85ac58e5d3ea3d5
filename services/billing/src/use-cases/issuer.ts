import { parseInstant } from '@stoa/contract'
import type { Invoice } from '@stoa/contracts/billing/resources'
import type { Deps } from '../deps.ts'

/** Issues documents as the legal entity of an invoice, and never dated before it: settings change, and clocks differ between replicas. */
export function issuerOf({ legalEntity, seller: party, issuedAt }: Invoice, { clock, seller, ...deps }: Deps): Deps {
  const earliest = parseInstant(issuedAt)
  const now = () => {
    const at = clock.now()
    return Temporal.Instant.compare(at, earliest) < 0 ? earliest : at
  }
  const issuer = legalEntity === seller.code ? seller : { ...seller, code: legalEntity, party }
  return { ...deps, clock: { now }, seller: issuer }
}
