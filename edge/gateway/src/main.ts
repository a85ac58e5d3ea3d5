import { registry } from '@stoa/contracts/registry/service'
import { runProcess } from '@stoa/service'
import { runningSystem } from '@stoa/system/running-system'
import { config } from './config.ts'
import { startGateway } from './start-gateway.ts'

await runProcess('gateway', ({ env, logDestination }) =>
  startGateway({
    config: config.parse(env),
    services: runningSystem.catalogue,
    access: runningSystem.access,
    furtherErrors: registry.errors,
    logDestination,
  }),
)
