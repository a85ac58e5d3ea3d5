import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { etlService } from './service.ts'

await runService(etlService, { access: accessTable })
