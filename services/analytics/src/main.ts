import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { analyticsService } from './service.ts'

await runService(analyticsService, { access: accessTable })
