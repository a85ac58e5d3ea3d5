import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { registryService } from './service.ts'

await runService(registryService, { access: accessTable })
