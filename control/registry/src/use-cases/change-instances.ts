import type { Handler } from '@stoa/contract'
import type { RegistryService } from '@stoa/contracts/registry/service'
import { afterCommit } from '@stoa/postgres'
import type { Deps } from '../deps.ts'
import { mayChange } from '../may-change.ts'
import { countInstances, removeInstance, renewLease, saveInstance } from '../store/instances.ts'
import { settleRoutes } from './settle-routes.ts'

/** The detail of the error for a request without the token that it needs. */
export const notOurs =
  'Only processes of the system and of accepted services may change the registry, each with its token.'

/** The most instances of a service. */
const mostInstances = 1_000

export const registerInstance =
  (deps: Deps): Handler<RegistryService, 'registerInstance'> =>
  async ({ body, headers, db, commit, refuse }) => {
    if (!(await mayChange(db, { token: deps.token, headers, service: body.serviceName })))
      return refuse('registry.token_wrong', notOurs)
    const id = deps.newId()
    const key = headers['idempotency-key'] ?? id
    return commit(async (tx) => {
      const saved = await saveInstance(tx, { id, key, said: body, leaseSeconds: deps.leaseSeconds })
      if (saved === undefined)
        return refuse('registry.key_of_another_service', `The key is not one of ${body.serviceName}.`)
      if (saved.isNew && (await countInstances(tx, body.serviceName)) > mostInstances)
        return refuse('registry.instances_exhausted', `${body.serviceName} has ${mostInstances} instances.`)
      afterCommit(tx, deps.waiting.wake)
      return { status: saved.isNew ? 201 : 200, body: { instanceId: saved.id, leaseSeconds: deps.leaseSeconds } }
    })
  }

export const heartbeat =
  (deps: Deps): Handler<RegistryService, 'heartbeat'> =>
  async ({ params, headers, db, commit, refuse }) => {
    if (!(await mayChange(db, { token: deps.token, headers, service: params.serviceName })))
      return refuse('registry.token_wrong', notOurs)
    return commit(async (tx) => {
      const isKnown = await renewLease(tx, params.serviceName, params.instanceId, deps.leaseSeconds)
      if (!isKnown) return refuse('registry.instance_not_found', 'The instance does not exist; register it again.')
      return { status: 200, body: { leaseSeconds: deps.leaseSeconds } }
    })
  }

export const deregisterInstance =
  (deps: Deps): Handler<RegistryService, 'deregisterInstance'> =>
  async ({ params, headers, db, commit, refuse }) => {
    if (!(await mayChange(db, { token: deps.token, headers, service: params.serviceName })))
      return refuse('registry.token_wrong', notOurs)
    return commit(async (tx) => {
      const wasKnown = await removeInstance(tx, params.serviceName, params.instanceId)
      if (!wasKnown) return refuse('registry.instance_not_found', 'The instance does not exist.')
      await settleRoutes(tx, params.serviceName)
      afterCommit(tx, deps.waiting.wake)
      afterCommit(tx, deps.routesWaiting.wake)
      return { status: 204 }
    })
  }
