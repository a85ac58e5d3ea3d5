import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { pricingService } from './service.ts'

await runService(pricingService, { access: accessTable })
