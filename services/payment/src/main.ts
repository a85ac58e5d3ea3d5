import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { paymentService } from './service.ts'

await runService(paymentService, { access: accessTable })
