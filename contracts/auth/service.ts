import { describeService, pick, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { userDeleted } from '../user/events.ts'
import { UserRpc } from '../user/rpc_pb.js'
import { authErrors } from './errors.ts'
import * as events from './events.ts'
import { authExamples } from './examples.ts'
import * as http from './http.ts'
import { AuthRpc } from './rpc_pb.js'

const described = describeService({
  name: 'auth',
  port: 8010,
  owner: 'platform',
  slo: { availability: 0.9999, p99Ms: 50, errorRate: 0.0001 },
  errors: authErrors,
  operations: http,
  rpc: rpc(AuthRpc, {
    openSession: { effect: 'write', refuses: ['auth.account_changed'] },
    endSessions: { effect: 'write' },
  }),
  publishes: events,
  consumes: { userDeleted },
  calls: {
    user: pick(UserRpc, 'verifyPassword', 'verifyOneTimeCode', 'beginPasskeySignIn', 'verifyPasskey', 'getClaims'),
  },
  tasks: {
    'purge-expired': { payload: Type.Object({}), everyMs: 600_000 },
    'rotate-signing-keys': { payload: Type.Object({}), everyMs: 3_600_000 },
  },
  personalData: { sessions: 'when and how an account signed in, and its API keys; deleted when the account is erased' },
  examples: authExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface AuthService extends Described {}

/** OAuth 2 and OpenID Connect, sessions, API keys, permissions. */
export const auth: AuthService = described
