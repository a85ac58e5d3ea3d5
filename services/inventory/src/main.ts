import { accessTable } from '@stoa/contracts/auth/roles'
import { runService } from '@stoa/service'
import { inventoryService } from './service.ts'

await runService(inventoryService, { access: accessTable })
