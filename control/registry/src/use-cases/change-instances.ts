import type { Handler } from '@stoa/contract'
import type { RegistryService } from '@stoa/contracts/registry/service'
import { equalsInConstantTime } from '@stoa/security'
import { afterCommit } from '@stoa/postgres'
import type { Deps } from '../deps.ts'
import { removeInstance, renewLease, saveInstance } from '../store/instances.ts'

type Headers = { readonly [name: string]: string | undefined }

function isOurs({ token }: Deps, headers: Headers): boolean {
  return equalsInConstantTime(headers['x-registry-token'] ?? '', token)
}

const notOurs = 'Only processes of the system may change the registry.'

export const registerInstance =
  (deps: Deps): Handler<RegistryService, 'registerInstance'> =>
  async ({ body, headers, commit, refuse }) => {
    if (!isOurs(deps, headers)) return refuse('registry.token_wrong', notOurs)
    const id = deps.newId()
    const key = headers['idempotency-key'] ?? id
    return commit(async (tx) => {
      const saved = await saveInstance(tx, { id, key, said: body, leaseSeconds: deps.leaseSeconds })
      afterCommit(tx, deps.waiting.wake)
      return { status: saved.isNew ? 201 : 200, body: { instanceId: saved.id, leaseSeconds: deps.leaseSeconds } }
    })
  }

export const heartbeat =
  (deps: Deps): Handler<RegistryService, 'heartbeat'> =>
  async ({ params, headers, commit, refuse }) => {
    if (!isOurs(deps, headers)) return refuse('registry.token_wrong', notOurs)
    return commit(async (tx) => {
      const isKnown = await renewLease(tx, params.serviceName, params.instanceId, deps.leaseSeconds)
      if (!isKnown) return refuse('registry.instance_not_found', 'The instance does not exist; register it again.')
      return { status: 200, body: { leaseSeconds: deps.leaseSeconds } }
    })
  }

export const deregisterInstance =
  (deps: Deps): Handler<RegistryService, 'deregisterInstance'> =>
  async ({ params, headers, commit, refuse }) => {
    if (!isOurs(deps, headers)) return refuse('registry.token_wrong', notOurs)
    return commit(async (tx) => {
      const wasKnown = await removeInstance(tx, params.serviceName, params.instanceId)
      if (!wasKnown) return refuse('registry.instance_not_found', 'The instance does not exist.')
      afterCommit(tx, deps.waiting.wake)
      return { status: 204 }
    })
  }
