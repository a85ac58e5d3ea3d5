import { runService } from '@stoa/service'
import { runningSystem } from '@stoa/system/running-system'
import { authService } from './service.ts'

await runService(authService, { access: runningSystem.access })
