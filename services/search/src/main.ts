import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { searchService } from './service.ts'

await runService(searchService, { access: accessTable })
