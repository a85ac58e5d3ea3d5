import { runService } from '@stoa/service'
import { knownAccess } from './known-services.ts'
import { authService } from './service.ts'

await runService(authService, { access: knownAccess })
