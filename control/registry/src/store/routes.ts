import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Acceptance, RoutesDocument } from '@stoa/contract/routes'
import type { ServiceRoutes } from '@stoa/contracts/registry/routes'
import { json } from '@stoa/postgres'

/** What the registry keeps of an accepted service. */
export interface AcceptedService {
  readonly acceptance: Acceptance
  readonly tokenFingerprint: string
  readonly earlierTokenFingerprint: string | null
  readonly secretFingerprint: string
}

/** An accepted service, if it is one. */
export async function findAccepted(db: ReadHandle, service: string): Promise<AcceptedService | undefined> {
  const [row] = await db.sql<AcceptedService>`
    select acceptance, token_fingerprint as "tokenFingerprint", earlier_token_fingerprint as "earlierTokenFingerprint",
      secret_fingerprint as "secretFingerprint" from accepted_services where service = ${service}`
  return row
}

/** Takes the changes of the routes of one service one after another, until the transaction ends. */
export async function lockRoutes(tx: WriteHandle, service: string): Promise<void> {
  await tx.sql`select pg_advisory_xact_lock(hashtextextended('routes of ' || ${service}, 0))`
}

/** Stores what is accepted of a service, with the fingerprints of its credential. */
export async function saveAccepted(tx: WriteHandle, service: string, accepted: AcceptedService): Promise<void> {
  const { acceptance, tokenFingerprint, earlierTokenFingerprint, secretFingerprint } = accepted
  await tx.sql`
    insert into accepted_services (service, acceptance, token_fingerprint, earlier_token_fingerprint, secret_fingerprint)
    values (${service}, ${json(acceptance)}, ${tokenFingerprint}, ${earlierTokenFingerprint}, ${secretFingerprint})
    on conflict (service) do update set acceptance = excluded.acceptance, token_fingerprint = excluded.token_fingerprint,
      earlier_token_fingerprint = excluded.earlier_token_fingerprint, secret_fingerprint = excluded.secret_fingerprint`
}

/** Removes an accepted service with its instances and its documents; false for an unknown one. */
export async function removeAccepted(tx: WriteHandle, service: string): Promise<boolean> {
  const rows = await tx.sql`delete from accepted_services where service = ${service} returning 1`
  if (rows.length === 0) return false
  await tx.sql`delete from served_routes where service = ${service}`
  await tx.sql`delete from instances where service = ${service}`
  await tx.sql`delete from route_documents where service = ${service}`
  return true
}

/** Whether the registry has the document of a digest. */
export async function hasDocument(db: ReadHandle, service: string, digest: string): Promise<boolean> {
  const rows = await db.sql`select 1 from route_documents where service = ${service} and digest = ${digest}`
  return rows.length > 0
}

/** The document of a digest. */
export async function findDocument(
  db: ReadHandle,
  service: string,
  digest: string,
): Promise<RoutesDocument | undefined> {
  const [row] = await db.sql<{ document: RoutesDocument }>`
    select document from route_documents where service = ${service} and digest = ${digest}`
  return row?.document
}

/** Stores a document; one that is there stays. */
export async function saveDocument(
  tx: WriteHandle,
  { service, digest, document }: { service: string; digest: string; document: RoutesDocument },
): Promise<void> {
  await tx.sql`
    insert into route_documents (service, digest, document) values (${service}, ${digest}, ${json(document)})
    on conflict do nothing`
}

/** Notes which routes an instance has: `isKnown` for an instance that is there, `isChanged` if it had others. */
export async function noteOffer(
  tx: WriteHandle,
  { service, id, digest }: { service: string; id: string; digest: string },
): Promise<{ readonly isKnown: boolean; readonly isChanged: boolean }> {
  const [before] = await tx.sql<{ digest: string | null }>`
    select routes_digest as digest from instances where id = ${id} and service = ${service} for update`
  if (before === undefined) return { isKnown: false, isChanged: false }
  if (before.digest === digest) return { isKnown: true, isChanged: false }
  await tx.sql`update instances set routes_digest = ${digest} where id = ${id}`
  return { isKnown: true, isChanged: true }
}

/** A document that instances of a service have, or that is served. */
export interface KeptDocument {
  readonly digest: string
  readonly document: RoutesDocument
  readonly instances: number
}

/** The documents of a service with the number of their instances, in the order in which they first came. */
export async function listDocuments(db: ReadHandle, service: string): Promise<KeptDocument[]> {
  return db.sql<KeptDocument>`
    select d.digest, d.document, (select count(*)::int from instances i
      where i.service = d.service and i.routes_digest = d.digest and i.weight > 0) as instances
    from route_documents d where d.service = ${service} order by d.offered_at, d.digest`
}

/** Stores why a document goes beyond what was accepted. */
export async function saveReasons(
  tx: WriteHandle,
  { service, digest, reasons }: { service: string; digest: string; reasons: readonly string[] },
): Promise<void> {
  await tx.sql`
    update route_documents set reasons = ${json(reasons)} where service = ${service} and digest = ${digest}`
}

/** The digest that is served of a service. */
export async function findServed(db: ReadHandle, service: string): Promise<string | undefined> {
  const [row] = await db.sql<{ digest: string }>`select digest from served_routes where service = ${service}`
  return row?.digest
}

/** Serves no routes of a service any more. */
export async function removeServed(tx: WriteHandle, service: string): Promise<void> {
  await tx.sql`delete from served_routes where service = ${service}`
}

/** Serves a document of a service from now on. */
export async function saveServed(tx: WriteHandle, service: string, digest: string): Promise<void> {
  await tx.sql`
    insert into served_routes (service, digest) values (${service}, ${digest})
    on conflict (service) do update set digest = excluded.digest`
}

/** Removes the documents of a service that are not served and that no instance has. */
export async function pruneDocuments(tx: WriteHandle, service: string): Promise<void> {
  await tx.sql`
    delete from route_documents d where d.service = ${service}
      and not exists (select 1 from served_routes s where s.service = d.service and s.digest = d.digest)
      and not exists (select 1 from instances i where i.service = d.service and i.routes_digest = d.digest)`
}

/** Raises the revision of the routes in the transaction of a change. */
export async function raiseRoutesRevision(tx: WriteHandle): Promise<void> {
  await tx.sql`update routes_revision set revision = revision + 1`
}

/** The revision of all routes. */
export async function readRoutesRevision(db: ReadHandle): Promise<number> {
  const [row] = await db.sql<{ revision: number }>`select revision from routes_revision`
  return row?.revision ?? 0
}

interface RoutesRow {
  readonly service: string | null
  readonly acceptance: Acceptance | null
  readonly secretFingerprint: string | null
  readonly digest: string | null
  readonly offers: ServiceRoutes['offers'] | null
}

/** What is offered, accepted and served of each service, and the revision of all of it: one snapshot. */
export async function readRoutes(db: ReadHandle): Promise<{ revision: number; items: ServiceRoutes[] }> {
  const rows = await db.sql<RoutesRow & { revision: number }>`
    with offered as (
      select d.service, d.digest, d.reasons, d.offered_at, count(*)::int as instances
      from route_documents d join instances i on i.service = d.service and i.routes_digest = d.digest and i.weight > 0
      group by d.service, d.digest
    )
    select r.revision, k.service, a.acceptance, a.secret_fingerprint as "secretFingerprint", s.digest,
      (select jsonb_agg(jsonb_build_object('digest', o.digest, 'instances', o.instances, 'reasons', o.reasons)
        order by o.offered_at, o.digest) from offered o where o.service = k.service) as offers
    from routes_revision r
    left join (select service from accepted_services union select service from route_documents) k on true
    left join accepted_services a on a.service = k.service
    left join served_routes s on s.service = k.service
    order by a.accepted_at nulls first, k.service`
  const items = rows.flatMap(({ service, acceptance, secretFingerprint, digest, offers }) =>
    service === null
      ? []
      : [
          {
            service,
            ...(acceptance === null ? {} : { accepted: acceptance }),
            ...(secretFingerprint === null ? {} : { secretFingerprint }),
            ...(digest === null ? {} : { digest }),
            offers: offers ?? [],
          },
        ],
  )
  return { revision: rows[0]?.revision ?? 0, items }
}
