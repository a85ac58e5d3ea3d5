import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { streamingService } from './service.ts'

await runService(streamingService, { access: accessTable })
