import type { Handler, StreamHandler } from '@stoa/contract'
import type { RegistryService } from '@stoa/contracts/registry/service'
import type { Deps } from '../deps.ts'
import { findService, readChanges, readRevision } from '../store/instances.ts'

export const listServices: Handler<RegistryService, 'listServices'> = async ({ db }) => {
  const { revision, services } = await readChanges(db, -1)
  const items = services
    .filter(({ instances }) => instances.length > 0)
    .map(({ service, instances }) => ({ service, instances }))
  return { status: 200, body: { revision, items } }
}

export const getService: Handler<RegistryService, 'getService'> = async ({ params, query, db, refuse }) => {
  const found = await findService(db, params.serviceName)
  if (found === undefined) return refuse('registry.service_not_found', `${params.serviceName} has never registered.`)
  const instances = found.instances.filter(
    ({ status, version }) =>
      (query.healthy === undefined || (status === 'healthy') === query.healthy) &&
      (query.version === undefined || version === query.version),
  )
  return { status: 200, body: { revision: found.revision, service: found.service, instances } }
}

export const watchServices = ({ waiting }: Deps): StreamHandler<RegistryService, 'watchServices'> =>
  async function* ({ query, headers, signal, db }) {
    const named = headers['last-event-id'] ?? query.revision
    let seen = named === undefined || !Number.isSafeInteger(Number(named)) ? undefined : Number(named)
    while (!signal.aborted) {
      const change = waiting.next(() => readRevision(db), signal)
      const changes = await readChanges(db, seen ?? -1)
      if (seen === undefined) yield snapshotOf(changes)
      // A revision that the registry has not reached is of another database.
      else if (seen > changes.revision) yield snapshotOf(await readChanges(db, -1))
      else yield* eachOf(changes)
      seen = changes.revision
      await change
    }
  }

type Changes = Awaited<ReturnType<typeof readChanges>>

function snapshotOf({ revision, services }: Changes) {
  const items = services.map(({ service, instances }) => ({ service, instances }))
  return { event: 'snapshot', id: String(revision), data: { revision, items } } as const
}

function* eachOf({ services }: Changes) {
  for (const { service, revision, instances } of services)
    yield { event: 'change', id: String(revision), data: { revision, service, instances } } as const
}
