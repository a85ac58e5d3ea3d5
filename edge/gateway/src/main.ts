import { accessTable } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { registry } from '@stoa/contracts/registry/service'
import { runProcess } from '@stoa/service'
import { config } from './config.ts'
import { startGateway } from './start-gateway.ts'

await runProcess('gateway', ({ env, logDestination }) =>
  startGateway({
    config: config.parse(env),
    services: catalogue,
    access: accessTable,
    furtherErrors: registry.errors,
    logDestination,
  }),
)
