import { runService } from '@stoa/service'
import { runningSystem } from '@stoa/system/running-system'
import { documentService } from './service.ts'

await runService(documentService, { access: runningSystem.access })
