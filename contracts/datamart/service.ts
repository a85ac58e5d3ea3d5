import { describeService, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { datamartErrors } from './errors.ts'
import { datamartExamples } from './examples.ts'
import * as http from './http.ts'
import { DatamartRpc } from './rpc_pb.js'

const described = describeService({
  name: 'datamart',
  port: 8022,
  owner: 'data',
  slo: { availability: 0.995, p99Ms: 500, errorRate: 0.005 },
  errors: datamartErrors,
  operations: http,
  rpc: rpc(DatamartRpc, {
    readRows: {
      effect: 'read',
      refuses: [
        'datamart.query_invalid',
        'datamart.currency_missing',
        'datamart.query_too_long',
        'datamart.query_too_large',
        'datamart.result_replaced',
      ],
    },
  }),
  tasks: {
    'remove-old': { payload: Type.Object({}), everyMs: 3_600_000 },
  },
  personalData: 'none',
  examples: datamartExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface DatamartService extends Described {}

/** Queries of the star schema. */
export const datamart: DatamartService = described
