import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { RegisteredInstance } from '@stoa/contracts/registry/resources'
import { json } from '@stoa/postgres'

interface InstanceRow {
  readonly id: string
  readonly service: string
  readonly host: string
  readonly port: number
  readonly weight: number
  readonly zone: string | null
  readonly version: string | null
  readonly metadata: Record<string, string>
  readonly status: 'healthy' | 'unhealthy'
}

function fromRow({ id, host, port, weight, zone, version, metadata, status }: InstanceRow): RegisteredInstance {
  return {
    id,
    host,
    port,
    weight,
    ...(zone === null ? {} : { zone }),
    ...(version === null ? {} : { version }),
    metadata,
    status,
  }
}

/** A service with its instances, as of a revision. */
export interface ServiceState {
  readonly service: string
  readonly revision: number
  readonly instances: RegisteredInstance[]
}

interface StateRow {
  readonly service: string
  readonly revision: number
  readonly instances: InstanceRow[] | null
}

/** Every service changed after a revision, in the order of their changes, and the revision of all of it: one snapshot. */
export async function readChanges(
  db: ReadHandle,
  after: number,
): Promise<{ revision: number; services: ServiceState[] }> {
  const rows = await db.sql<Partial<StateRow> & { current: number }>`
    select r.revision as current, s.service, s.revision,
      (select jsonb_agg(to_jsonb(i) order by i.id) from instances i where i.service = s.service) as instances
    from registry_revision r left join service_revisions s on s.revision > ${after}
    order by s.revision`
  const services = rows.flatMap(({ service, revision, instances }) =>
    service === null || service === undefined || revision === null || revision === undefined
      ? []
      : [{ service, revision, instances: (instances ?? []).map(fromRow) }],
  )
  return { revision: rows[0]?.current ?? 0, services }
}

/** The revision of the whole registry. */
export async function readRevision(db: ReadHandle): Promise<number> {
  const [row] = await db.sql<{ revision: number }>`select revision from registry_revision`
  return row?.revision ?? 0
}

/** One service, when any instance of it was ever registered. */
export async function findService(db: ReadHandle, service: string): Promise<ServiceState | undefined> {
  const { revision, services } = await readChanges(db, -1)
  const found = services.find((state) => state.service === service)
  return found === undefined ? undefined : { ...found, revision }
}

/** Raises the revision in the transaction of a change to these services, each of which gets one of its own. */
export async function raiseRevision(tx: WriteHandle, services: readonly string[]): Promise<void> {
  await tx.sql`
    with given as (
      select service, row_number() over () as nth from (select distinct unnest(${services}::text[]) as service) as once
    ),
    raised as (
      update registry_revision set revision = revision + (select count(*) from given) returning revision
    )
    insert into service_revisions (service, revision)
    select given.service, raised.revision - given.nth + 1 from given, raised
    on conflict (service) do update set revision = excluded.revision`
}

/** What an instance says of itself when it registers. */
export interface Registration {
  readonly serviceName: string
  readonly host: string
  readonly port: number
  readonly healthCheckUrl: string
  readonly weight?: number
  readonly zone?: string
  readonly version?: string
  readonly metadata?: Readonly<Record<string, string>>
}

// Leases go by the database's clock: those of the registry's replicas may differ, and one that is set must end none.
/**
 * Takes over a registration; the instance of its key keeps its id, another one on the same port goes. Undefined if the key belongs
 * to an instance of another service.
 */
export async function saveInstance(
  tx: WriteHandle,
  { id, key, said, leaseSeconds }: { id: string; key: string; said: Registration; leaseSeconds: number },
): Promise<{ id: string; isNew: boolean } | undefined> {
  const { serviceName, host, port, healthCheckUrl, weight = 1, zone, version, metadata = {} } = said
  await tx.sql`
    delete from instances where service = ${serviceName} and host = ${host} and port = ${port} and key <> ${key}`
  const [row] = await tx.sql<{ id: string }>`
    insert into instances (id, key, service, host, port, health_check_url, weight, zone, version, metadata, lease_until)
    values (${id}, ${key}, ${serviceName}, ${host}, ${port}, ${healthCheckUrl}, ${weight}, ${zone}, ${version},
            ${json(metadata)}, now() + ${leaseSeconds}::int * interval '1 second')
    on conflict (key) do update set service = excluded.service, host = excluded.host, port = excluded.port,
      health_check_url = excluded.health_check_url, weight = excluded.weight, zone = excluded.zone,
      version = excluded.version, metadata = excluded.metadata, lease_until = excluded.lease_until,
      status = 'healthy', failed_probes = 0
      where instances.service = excluded.service
    returning id`
  if (row === undefined) return undefined
  await raiseRevision(tx, [serviceName])
  return { id: row.id, isNew: row.id === id }
}

/** How many instances a service has; after `saveInstance`, with which registrations take turns. */
export async function countInstances({ sql }: ReadHandle, service: string): Promise<number> {
  const [row] = await sql<{ count: number }>`select count(*)::int as count from instances where service = ${service}`
  return row?.count ?? 0
}

/** Renews a lease; false for an unknown instance. */
export async function renewLease(tx: WriteHandle, service: string, id: string, leaseSeconds: number): Promise<boolean> {
  const rows = await tx.sql`
    update instances set lease_until = now() + ${leaseSeconds}::int * interval '1 second'
    where id = ${id} and service = ${service} returning 1`
  return rows.length > 0
}

/** Takes an instance out; false for an unknown one. */
export async function removeInstance(tx: WriteHandle, service: string, id: string): Promise<boolean> {
  const rows = await tx.sql`delete from instances where id = ${id} and service = ${service} returning 1`
  if (rows.length > 0) await raiseRevision(tx, [service])
  return rows.length > 0
}

/** Shortens leases that were given before the database's clock was set back: they would keep dead instances listed. */
export async function limitLeases(tx: WriteHandle, leaseSeconds: number): Promise<void> {
  await tx.sql`
    update instances set lease_until = now() + ${leaseSeconds}::int * interval '1 second'
    where lease_until > now() + ${leaseSeconds * 10}::int * interval '1 second'`
}

/** How many instances there are, whose leases are over, and how many were removed for that within the last minute. */
export async function countVanishing(tx: WriteHandle) {
  const [row] = await tx.sql<{ registered: number; expired: number; removedLastMinute: number }>`
    select count(*)::int as registered, count(*) filter (where lease_until < now())::int as expired,
      (select count(*)::int from removals where at > now() - interval '1 minute') as "removedLastMinute"
    from instances`
  return row ?? { registered: 0, expired: 0, removedLastMinute: 0 }
}

/** Removes instances whose lease is over; answers their services. */
export async function removeExpired(tx: WriteHandle): Promise<string[]> {
  const gone = await tx.sql<{ service: string }>`delete from instances where lease_until < now() returning service`
  if (gone.length === 0) return []
  await tx.sql`delete from removals where at < now() - interval '1 minute' or at > now()`
  await tx.sql`insert into removals (at) select now() from generate_series(1, ${gone.length}::int)`
  const services = gone.map(({ service }) => service)
  await raiseRevision(tx, services)
  return services
}

/** An instance as it is probed. */
export interface Probed {
  readonly id: string
  readonly service: string
  readonly healthCheckUrl: string
  readonly status: 'healthy' | 'unhealthy'
  readonly failedProbes: number
}

/** Every instance that is to be probed. */
export function listProbed(db: ReadHandle): Promise<Probed[]> {
  return db.sql<Probed>`
    select id, service, health_check_url as "healthCheckUrl", status, failed_probes as "failedProbes" from instances`
}

/** Notes what a probe found, unless the instance has registered again since it was listed. */
export async function noteProbe(
  tx: WriteHandle,
  probed: Probed,
  failedProbes: number,
  status: Probed['status'],
): Promise<void> {
  const noted = await tx.sql`
    update instances set failed_probes = ${failedProbes}, status = ${status}
    where id = ${probed.id} and status = ${probed.status} and failed_probes = ${probed.failedProbes} returning 1`
  if (noted.length > 0 && status !== probed.status) await raiseRevision(tx, [probed.service])
}
