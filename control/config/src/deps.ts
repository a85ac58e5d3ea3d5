import type { EnvironmentName } from '@stoa/contracts/config/environments'
import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { EvaluationLog } from './evaluation-log.ts'
import type { ServedFlags } from './served-flags.ts'

/** The dependencies of the use cases of config. */
export interface Deps {
  readonly clock: Clock
  readonly database: Database
  /** The environment that this system uses. */
  readonly served: EnvironmentName
  readonly servedFlags: ServedFlags
  readonly evaluationLog: EvaluationLog
}
