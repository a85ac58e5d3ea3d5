import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { supportService } from './service.ts'

await runService(supportService, { access: accessTable })
