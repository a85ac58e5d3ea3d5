import type { Handler, StreamHandler } from '@stoa/contract'
import { parseRoutesDocument, type RoutesDocument } from '@stoa/contract/routes'
import { routesDigest } from '@stoa/contract/routes-digest'
import type { RegistryService } from '@stoa/contracts/registry/service'
import { afterCommit } from '@stoa/postgres'
import type { Deps } from '../deps.ts'
import { mayChange } from '../may-change.ts'
import { findDocument, hasDocument, noteOffer, readRoutes, readRoutesRevision, saveDocument } from '../store/routes.ts'
import { notOurs } from './change-instances.ts'
import { settleRoutes } from './settle-routes.ts'

export const offerRoutes =
  ({ token, routesWaiting }: Deps): Handler<RegistryService, 'offerRoutes'> =>
  async ({ params, body, headers, db, commit, refuse }) => {
    const { serviceName: service, instanceId: id } = params
    const { digest } = body
    if (!(await mayChange(db, { token, headers, service }))) return refuse('registry.token_wrong', notOurs)
    const document = documentIn(body, service)
    if (typeof document === 'string') return refuse('registry.routes_not_of_service', document)
    return commit(async (tx) => {
      if (document !== undefined) await saveDocument(tx, { service, digest, document })
      else if (!(await hasDocument(tx, service, digest)))
        return refuse('registry.routes_unknown', 'The registry has no document with this digest: send it.')
      const { isKnown, isChanged } = await noteOffer(tx, { service, id, digest })
      if (!isKnown) return refuse('registry.instance_not_found', 'The instance does not exist; register it again.')
      if (isChanged) {
        await settleRoutes(tx, service)
        afterCommit(tx, routesWaiting.wake)
      }
      const { items } = await readRoutes(tx)
      const routes = items.find((each) => each.service === service)
      const reasons = routes?.offers.find((offer) => offer.digest === digest)?.reasons ?? []
      return { status: 200, body: { isServed: routes?.digest === digest, reasons } }
    })
  }

/** The document of an offer, or why it is not accepted. */
function documentIn(
  { digest, document }: { readonly digest: string; readonly document?: object },
  service: string,
): RoutesDocument | string | undefined {
  if (document === undefined) return undefined
  try {
    const read = parseRoutesDocument(document)
    if (read.name === service && routesDigest(read) === digest) return read
    return `The document is not that of ${service} with this digest.`
  } catch (error) {
    return `The document cannot be read: ${error instanceof Error ? error.message : String(error)}.`
  }
}

export const listRoutes: Handler<RegistryService, 'listRoutes'> = async ({ db }) => ({
  status: 200,
  body: await readRoutes(db),
})

export const getRoutesDocument: Handler<RegistryService, 'getRoutesDocument'> = async ({ params, db, refuse }) => {
  const document = await findDocument(db, params.serviceName, params.digest)
  if (document === undefined) return refuse('registry.routes_unknown', 'The registry has no such document.')
  return { status: 200, body: document }
}

export const watchRoutes = ({ routesWaiting }: Deps): StreamHandler<RegistryService, 'watchRoutes'> =>
  async function* ({ signal, db }) {
    let seen: number | undefined
    while (!signal.aborted) {
      const change = routesWaiting.next(() => readRoutesRevision(db), signal)
      const routes = await readRoutes(db)
      if (routes.revision !== seen) yield { event: 'routes', id: String(routes.revision), data: routes }
      seen = routes.revision
      await change
    }
  }
