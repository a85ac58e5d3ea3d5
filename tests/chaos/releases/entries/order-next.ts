import { accessTable } from '@stoa/contracts/auth/roles'
import { orderService } from '@stoa/order'
import { runService } from '@stoa/service'
import { nextRelease } from '../next-release.ts'
import { additions } from '../additions.ts'

await runService(nextRelease(orderService, additions.order), { access: accessTable })
