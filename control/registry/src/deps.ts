import type { NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import type { Waiting } from './waiting.ts'

/** What the registry's use cases are made with. */
export interface Deps {
  readonly newId: NewId
  readonly telemetry: Telemetry
  readonly database: Database
  readonly leaseSeconds: number
  /** What the system's own processes prove themselves with; without one every process inside may change the registry. */
  readonly token: string
  /** Those who wait for the next change. */
  readonly waiting: Waiting
  /** Those who wait for the next change of routes. */
  readonly routesWaiting: Waiting
}
