import { describeService, pick, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { AuthRpc } from '../auth/rpc_pb.js'
import { UserId } from '../ids.ts'
import { orderCompleted, orderReturned } from '../order/events.ts'
import { userErrors } from './errors.ts'
import * as events from './events.ts'
import * as http from './http.ts'
import { UserRpc } from './rpc_pb.js'

/** Accounts, profiles, preferences. */
export const user = describeService({
  name: 'user',
  port: 8001,
  owner: 'customers',
  slo: { availability: 0.9995, p99Ms: 50, errorRate: 0.001 },
  errors: userErrors,
  operations: http,
  rpc: rpc(UserRpc, {
    getContact: { effect: 'read', refuses: ['user.not_found'] },
    verifyPassword: { effect: 'write', refuses: ['user.credentials_wrong', 'user.locked'] },
    getClaims: { effect: 'read', refuses: ['user.not_found'] },
    issueUnlockToken: { effect: 'write', refuses: ['user.token_invalid'] },
    snapshotUsers: { effect: 'read' },
  }),
  publishes: events,
  consumes: { orderCompleted, orderReturned },
  calls: { auth: pick(AuthRpc, 'openSession', 'endSessions') },
  tasks: {
    'end-sessions': { payload: Type.Object({ userId: UserId }) },
    'forget-old-sign-ins': { payload: Type.Object({}), everyMs: 600_000 },
  },
  personalData: { account: 'e-mail, name, addresses, sign-ins, loyalty points; anonymised when the account is erased' },
})

export type UserService = typeof user
