import { describeService, pick, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { AuthRpc } from '../auth/rpc_pb.js'
import { UserId } from '../shared/ids.ts'
import { orderCompleted, orderReturned } from '../order/events.ts'
import { OrderRpc } from '../order/rpc_pb.js'
import * as addresses from './addresses-http.ts'
import { userErrors } from './errors.ts'
import * as events from './events.ts'
import { userExamples } from './examples.ts'
import { userGraph } from './graph.ts'
import * as http from './http.ts'
import * as passkeys from './passkeys-http.ts'
import * as preferences from './preferences-http.ts'
import * as secondFactor from './second-factor-http.ts'
import { UserRpc } from './rpc_pb.js'

const described = describeService({
  name: 'user',
  port: 8001,
  owner: 'customers',
  slo: { availability: 0.9995, p99Ms: 50, errorRate: 0.001 },
  errors: userErrors,
  operations: { ...http, ...preferences, ...addresses, ...secondFactor, ...passkeys },
  rpc: rpc(UserRpc, {
    getContact: { effect: 'read', refuses: ['user.not_found'] },
    verifyPassword: { effect: 'write', refuses: ['user.credentials_wrong', 'user.locked', 'user.otp_required'] },
    verifyOneTimeCode: { effect: 'write', refuses: ['user.credentials_wrong', 'user.locked', 'user.otp_wrong'] },
    beginPasskeySignIn: { effect: 'write' },
    verifyPasskey: { effect: 'write', refuses: ['user.passkey_wrong', 'user.locked'] },
    getClaims: { effect: 'read', refuses: ['user.not_found'] },
    issueLinkToken: { effect: 'write', refuses: ['user.token_invalid'] },
    snapshotUsers: { effect: 'read' },
  }),
  publishes: events,
  consumes: { orderCompleted, orderReturned },
  calls: { auth: pick(AuthRpc, 'openSession', 'endSessions'), order: pick(OrderRpc, 'listCustomersWithOrders') },
  tasks: {
    'announce-link': { payload: Type.Object({ linkId: Type.String({ format: 'uuid' }) }) },
    'end-sessions': { payload: Type.Object({ userId: UserId }) },
    // enqueues end-sessions again wherever the sessions have not ended
    'find-sessions-to-end': { payload: Type.Object({}), everyMs: 60_000 },
    'forget-old-sign-ins': { payload: Type.Object({}), everyMs: 600_000 },
    'remove-guests': { payload: Type.Object({}), everyMs: 60_000 },
  },
  personalData: {
    secondFactor:
      'the secret of an authenticator app, encrypted, and hashes of recovery codes; not exported, deleted when the account is erased',
    passkeys:
      'names, public keys and last uses of passkeys; exported without the keys, deleted when the account is erased',
    account: 'e-mail, name, time zone, addresses and loyalty points; anonymised when the account is erased',
    guests:
      'the e-mail address of a guest, until GUEST_RETENTION_DAYS after the visit, or as long as an order of the guest is kept',
    signIns:
      'when and from where it was tried to sign in, for SIGN_IN_RETENTION_DAYS; the place until the account is erased',
  },
  modules: {
    // what only a shop needs: guests who check out, and points for orders
    shop: {
      operations: ['createGuest'],
      consumes: ['orderCompleted', 'orderReturned'],
      calls: ['order'],
      tasks: ['remove-guests'],
      personalData: ['guests'],
    },
  },
  examples: userExamples,
  graph: userGraph,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface UserService extends Described {}

/** Accounts, profiles, preferences. */
export const user: UserService = described
