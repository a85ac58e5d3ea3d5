import { accessTable } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { runProcess } from '@stoa/service'
import { config } from './config.ts'
import { startGateway } from './start-gateway.ts'

await runProcess('gateway', ({ env, logDestination }) =>
  startGateway({ config: config.parse(env), services: catalogue, access: accessTable, logDestination }),
)
