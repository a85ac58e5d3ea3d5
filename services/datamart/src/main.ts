import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { datamartService } from './service.ts'

await runService(datamartService, { access: accessTable })
