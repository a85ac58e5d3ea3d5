import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { configService } from './service.ts'

await runService(configService, { access: accessTable })
