import { describeService } from '@stoa/contract'
import { Type } from 'typebox'
import { registryErrors } from './errors.ts'
import { registryExamples } from './examples.ts'
import * as http from './http.ts'

const described = describeService({
  name: 'registry',
  port: 8761,
  owner: 'platform',
  slo: { availability: 0.9999, p99Ms: 20, errorRate: 0.001 },
  errors: registryErrors,
  operations: http,
  tasks: {
    'probe-instances': { payload: Type.Object({}), everyMs: 30_000, attempts: 1 },
    'remove-expired': { payload: Type.Object({}), everyMs: 5_000, attempts: 1 },
  },
  personalData: 'none',
  examples: registryExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface RegistryService extends Described {}

/** Where every service runs. Internal: the gateway never routes to it. */
export const registry: RegistryService = described
