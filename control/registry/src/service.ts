import { registry } from '@stoa/contracts/registry/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { deregisterInstance, heartbeat, registerInstance } from './use-cases/change-instances.ts'
import { probeInstances, removeExpiredInstances } from './use-cases/look-after-instances.ts'
import { getService, listServices, watchServices } from './use-cases/read-instances.ts'
import { makeWaiting } from './waiting.ts'

/** Where every service runs: its table of contents. */
export const registryService = defineService(registry, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ newId, telemetry, config: { leaseSeconds, registryToken } }): Deps => ({
    newId,
    telemetry,
    leaseSeconds,
    token: registryToken,
    waiting: makeWaiting(),
  }),
  bind: (deps) => ({
    operations: {
      registerInstance: registerInstance(deps),
      heartbeat: heartbeat(deps),
      deregisterInstance: deregisterInstance(deps),
      listServices,
      watchServices: watchServices(deps),
      getService,
    },
    rpc: {},
    consumes: {},
    sagas: {},
    tasks: { 'probe-instances': probeInstances(deps), 'remove-expired': removeExpiredInstances(deps) },
    personalData: 'none',
  }),
})
