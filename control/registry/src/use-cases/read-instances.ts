import type { Handler, ReadHandle, StreamHandler } from '@stoa/contract'
import type { RegistryService } from '@stoa/contracts/registry/service'
import type { Deps } from '../deps.ts'
import { findService, readChanges, readRevision } from '../store/instances.ts'

// what another replica has changed is noticed by looking
const pollMs = 1_000

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
    let seen = named === undefined ? undefined : Number(named)
    while (!signal.aborted) {
      const change = waiting.next(pollMs, signal)
      if (seen === undefined || !Number.isSafeInteger(seen) || seen > (await readRevision(db))) {
        const { revision, services } = await readChanges(db, -1)
        const items = services.map(({ service, instances }) => ({ service, instances }))
        yield { event: 'snapshot', id: String(revision), data: { revision, items } }
        seen = revision
      } else {
        seen = yield* changesSince(db, seen)
      }
      await change
    }
  }

async function* changesSince(db: ReadHandle, since: number) {
  let seen = since
  if ((await readRevision(db)) === seen) return seen
  const { services } = await readChanges(db, seen)
  for (const { service, revision, instances } of services) {
    yield { event: 'change', id: String(revision), data: { revision, service, instances } }
    seen = Math.max(seen, revision)
  }
  return seen
}
