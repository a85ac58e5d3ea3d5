import { describeService } from '@stoa/contract'
import { Type } from 'typebox'
import { configErrors } from './errors.ts'
import { configExamples } from './examples.ts'
import * as flags from './flags-http.ts'
import * as internal from './internal-http.ts'
import * as values from './values-http.ts'

const described = describeService({
  name: 'config',
  port: 8012,
  owner: 'platform',
  slo: { availability: 0.9995, p99Ms: 20, errorRate: 0.001 },
  errors: configErrors,
  operations: { ...flags, ...values, ...internal },
  tasks: { 'prune-evaluations': { payload: Type.Object({}), everyMs: 3_600_000 } },
  personalData: 'none',
  examples: configExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface ConfigService extends Described {}

/** Feature flags and configuration, by environment. */
export const config: ConfigService = described
