import { runService } from '@stoa/service'
import { contractIn, runningSystem } from '@stoa/system/running-system'
import { userService } from './service.ts'

// a system can leave out a module of the contract
await runService({ ...userService, contract: contractIn(runningSystem, 'user') }, { access: runningSystem.access })
