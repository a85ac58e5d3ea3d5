import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { authService } from './service.ts'

await runService(authService, { access: accessTable })
