import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { reportingService } from './service.ts'

await runService(reportingService, { access: accessTable })
