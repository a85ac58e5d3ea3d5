import { accessTable } from '@stoa/contracts/auth/roles'
import { notificationService } from '@stoa/notification'
import { runService } from '@stoa/service'
import { nextRelease } from '../next-release.ts'
import { additions } from '../additions.ts'

await runService(nextRelease(notificationService, additions.notification), { access: accessTable })
