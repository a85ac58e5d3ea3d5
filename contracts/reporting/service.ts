import { describeService, pick, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { DatamartRpc } from '../datamart/rpc_pb.js'
import { userDeleted } from '../user/events.ts'
import { UserRpc } from '../user/rpc_pb.js'
import * as dashboards from './dashboards-http.ts'
import { reportingErrors } from './errors.ts'
import * as events from './events.ts'
import { reportingExamples } from './examples.ts'
import * as http from './http.ts'
import { ReportId } from './resources.ts'
import { ReportingRpc } from './rpc_pb.js'
import * as schedules from './schedules-http.ts'

const described = describeService({
  name: 'reporting',
  port: 8021,
  owner: 'data',
  slo: { availability: 0.995, p99Ms: 500, errorRate: 0.005 },
  errors: reportingErrors,
  operations: { ...http, ...schedules, ...dashboards },
  rpc: rpc(ReportingRpc, { describeReport: { effect: 'read', refuses: ['reporting.report_not_found'] } }),
  publishes: events,
  consumes: { userDeleted },
  calls: { datamart: pick(DatamartRpc, 'readRows'), user: pick(UserRpc, 'getClaims') },
  tasks: {
    'generate-report': { payload: Type.Object({ reportId: ReportId }), attempts: 3, timeoutMs: 900_000 },
    'start-due': { payload: Type.Object({}), everyMs: 15_000, timeoutMs: 120_000 },
    'correct-due': { payload: Type.Object({}), everyMs: 900_000, timeoutMs: 120_000 },
    'remove-old': { payload: Type.Object({}), everyMs: 3_600_000 },
  },
  personalData: {
    reports:
      'which reports an account has asked for; until they are older than REPORT_RETENTION_DAYS or the account is erased',
    schedules:
      'schedules of reports, and the accounts to which their reports are sent; until they are deleted or the account is erased',
  },
  examples: reportingExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface ReportingService extends Described {}

/** Reports as PDF, Excel and CSV, at once or on a schedule. */
export const reporting: ReportingService = described
