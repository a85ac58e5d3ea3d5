import { runService } from '@stoa/service'
import { runningSystem } from '@stoa/system/running-system'
import { userService } from './service.ts'

await runService(userService, { access: runningSystem.access })
