import type { Tx } from '@stoa/contract'
import type { DocumentKind, Invoice } from '@stoa/contracts/billing/resources'
import type { BillingService } from '@stoa/contracts/billing/service'
import type { InvoiceId } from '@stoa/contracts/shared/ids'
import type { Deps } from '../deps.ts'
import { numberOf, yearIn } from '../domain/number.ts'
import { insertDocument, type NewDocument } from '../store/documents.ts'
import { takePlace } from '../store/number-series.ts'

type Content = Omit<NewDocument, 'id' | 'place' | 'number' | 'issuedAt' | 'seller'>

/** Issues a document under the next number of its series, in the transaction of whatever it documents. */
export async function issueDocument(
  { clock, newId, seller }: Deps,
  tx: Tx<BillingService>,
  kind: DocumentKind,
  content: Content,
): Promise<Pick<Invoice, 'id' | 'number'>> {
  const now = clock.now()
  const series = { kind, legalEntity: seller.code, year: yearIn(now, seller.timeZone) }
  const { place, issuedAt } = await takePlace(tx, series, now)
  const id = newId() as InvoiceId
  const number = numberOf(place)
  await insertDocument(tx, { ...content, id, place, number, issuedAt, seller: seller.party })
  return { id, number }
}
