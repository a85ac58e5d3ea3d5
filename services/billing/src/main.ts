import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { billingService } from './service.ts'

await runService(billingService, { access: accessTable })
