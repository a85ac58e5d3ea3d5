import type { TaskHandler } from '@stoa/contract'
import type { RegistryService } from '@stoa/contracts/registry/service'
import { afterCommit } from '@stoa/postgres'
import type { Deps } from '../deps.ts'
import { mayRemove, statusAfterProbe } from '../domain/self-preservation.ts'
import { isWell } from '../probe.ts'
import { countVanishing, limitLeases, listProbed, noteProbe, removeExpired } from '../store/instances.ts'
import { settleRoutes } from './settle-routes.ts'

export const removeExpiredInstances = ({
  telemetry,
  waiting,
  routesWaiting,
  leaseSeconds,
}: Deps): TaskHandler<RegistryService, 'remove-expired'> => {
  const preserving = telemetry.metrics.gauge('registry_self_preservation', '1 while expired instances are kept', [])
  return async ({ commit }) =>
    commit(async (tx) => {
      await limitLeases(tx, leaseSeconds)
      const vanishing = await countVanishing(tx)
      preserving.set(mayRemove(vanishing) ? 0 : 1)
      if (!mayRemove(vanishing)) {
        telemetry.logger.warn('self-preservation: expired instances are kept because too many expired at once', {
          ...vanishing,
        })
        return
      }
      const services = await removeExpired(tx)
      if (services.length === 0) return
      // In one order, so that two that settle several services do not wait for each other.
      for (const service of new Set(services.toSorted())) await settleRoutes(tx, service)
      afterCommit(tx, waiting.wake)
      afterCommit(tx, routesWaiting.wake)
      telemetry.logger.info('instances removed because their leases expired', { services: services.join(' ') })
    })
}

export const probeInstances =
  ({ waiting }: Deps): TaskHandler<RegistryService, 'probe-instances'> =>
  async ({ db, commit }) => {
    const instances = await listProbed(db)
    const found = await Promise.all(
      instances.map(async (probed) => ({ probed, isWell: await isWell(probed.healthCheckUrl) })),
    )
    await commit(async (tx) => {
      for (const { probed, isWell } of found) {
        const failedProbes = isWell ? 0 : probed.failedProbes + 1
        if (failedProbes !== probed.failedProbes)
          await noteProbe(tx, probed, failedProbes, statusAfterProbe(failedProbes))
      }
      afterCommit(tx, waiting.wake)
    })
  }
