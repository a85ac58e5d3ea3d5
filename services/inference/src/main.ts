import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { inferenceService } from './service.ts'

await runService(inferenceService, { access: accessTable })
