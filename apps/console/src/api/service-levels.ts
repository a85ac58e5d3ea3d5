import type { ErrorBudget, ServiceLevel } from '@stoa/contracts/monitoring/service-level-resources'
import { listServiceLevels } from '@stoa/contracts/monitoring/service-levels-http'
import { restClient } from '@stoa/rest'
import { appHeaders } from './session.ts'

/** How well the services keep their service levels. */
export const serviceLevels = restClient({ operations: { listServiceLevels } }, { url: '', headers: appHeaders })

export type { ErrorBudget, ServiceLevel }
