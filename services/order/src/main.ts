import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { orderService } from './service.ts'

await runService(orderService, { access: accessTable })
