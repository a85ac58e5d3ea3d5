import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { salesService } from './service.ts'

await runService(salesService, { access: accessTable })
