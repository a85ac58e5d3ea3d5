import { describeService } from '@stoa/contract'
import { Type } from 'typebox'
import { datamartErrors } from './errors.ts'
import { datamartExamples } from './examples.ts'
import * as http from './http.ts'
import { ReportId } from './resources.ts'

const described = describeService({
  name: 'datamart',
  port: 8022,
  owner: 'data',
  slo: { availability: 0.995, p99Ms: 500, errorRate: 0.005 },
  errors: datamartErrors,
  operations: http,
  tasks: {
    'generate-report': { payload: Type.Object({ reportId: ReportId }), attempts: 3, timeoutMs: 120_000 },
    'prune-reports': { payload: Type.Object({}), everyMs: 3_600_000 },
  },
  personalData: 'none',
  examples: datamartExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface DatamartService extends Described {}

/** Queries of the star schema, and reports of them. */
export const datamart: DatamartService = described
