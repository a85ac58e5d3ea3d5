import type { Fault } from '../fault.ts'
import { cutLink, halfOpenLink, slowLink } from './bad-link.ts'
import { clockJump } from './clock-jump.ts'
import { diskFull } from './disk-full.ts'
import { freeze } from './freeze.ts'
import { killPostgres } from './kill-postgres.ts'
import { killService } from './kill-service.ts'
import { killSupervisor } from './kill-supervisor.ts'
import { killTwo } from './kill-two.ts'
import { redeliver } from './redeliver.ts'
import { registryAway } from './registry-away.ts'
import { repeatEvents } from './repeat-events.ts'
import { twoReleases } from './two-releases.ts'

/** Everything that can go wrong here. */
export const faults: readonly Fault[] = [
  killService,
  killTwo,
  killPostgres,
  killSupervisor,
  freeze,
  slowLink,
  cutLink,
  halfOpenLink,
  registryAway,
  diskFull,
  clockJump,
  redeliver,
  repeatEvents,
  twoReleases,
]
