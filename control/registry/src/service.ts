import { registry } from '@stoa/contracts/registry/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { acceptanceAdmin } from './use-cases/accept-services.ts'
import { deregisterInstance, heartbeat, registerInstance } from './use-cases/change-instances.ts'
import { probeInstances, removeExpiredInstances } from './use-cases/look-after-instances.ts'
import { getRoutesDocument, listRoutes, offerRoutes, watchRoutes } from './use-cases/offer-routes.ts'
import { getService, listServices, watchServices } from './use-cases/read-instances.ts'
import { makeWaiting } from './waiting.ts'

/** Where every service runs: its table of contents. */
export const registryService = defineService(registry, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ newId, telemetry, database, config: { leaseSeconds, registryToken } }): Deps => ({
    newId,
    telemetry,
    database,
    leaseSeconds,
    token: registryToken,
    waiting: makeWaiting(),
    routesWaiting: makeWaiting(),
  }),
  admin: acceptanceAdmin,
  bind: (deps) => ({
    operations: {
      registerInstance: registerInstance(deps),
      heartbeat: heartbeat(deps),
      deregisterInstance: deregisterInstance(deps),
      listServices,
      watchServices: watchServices(deps),
      getService,
      offerRoutes: offerRoutes(deps),
      listRoutes,
      watchRoutes: watchRoutes(deps),
      getRoutesDocument,
    },
    rpc: {},
    consumes: {},
    sagas: {},
    tasks: { 'probe-instances': probeInstances(deps), 'remove-expired': removeExpiredInstances(deps) },
    personalData: 'none',
  }),
})
