import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { shippingService } from './service.ts'

await runService(shippingService, { access: accessTable })
