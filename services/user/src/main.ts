import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { userService } from './service.ts'

await runService(userService, { access: accessTable })
