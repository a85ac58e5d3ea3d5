import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { notificationService } from './service.ts'

await runService(notificationService, { access: accessTable })
