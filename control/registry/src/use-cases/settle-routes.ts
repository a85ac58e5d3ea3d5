import type { WriteHandle } from '@stoa/contract'
import { refusalsOf } from '@stoa/contract/routes'
import { servedAfter } from '../domain/served-routes.ts'
import {
  findAccepted,
  findServed,
  listDocuments,
  lockRoutes,
  pruneDocuments,
  raiseRoutesRevision,
  removeServed,
  saveReasons,
  saveServed,
} from '../store/routes.ts'

/** Decides again which routes of a service are served, after its instances, their offers or what is accepted have changed. */
export async function settleRoutes(tx: WriteHandle, service: string): Promise<void> {
  await lockRoutes(tx, service)
  const accepted = await findAccepted(tx, service)
  const kept = await listDocuments(tx, service)
  const documents = kept.map(({ digest, instances, document }) => ({
    digest,
    instances,
    // Of a service of the system the gateway knows what is accepted.
    reasons: accepted === undefined ? [] : refusalsOf(document, accepted.acceptance),
  }))
  for (const { digest, reasons } of documents) await saveReasons(tx, { service, digest, reasons })
  const before = await findServed(tx, service)
  const after = servedAfter(before, documents)
  if (after === undefined) await removeServed(tx, service)
  else if (after !== before) await saveServed(tx, service, after)
  await pruneDocuments(tx, service)
  await raiseRoutesRevision(tx)
}
