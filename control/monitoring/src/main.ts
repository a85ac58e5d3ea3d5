import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { monitoringService } from './service.ts'

await runService(monitoringService, { access: accessTable })
