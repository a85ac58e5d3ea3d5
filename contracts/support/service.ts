import { describeService, pick, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { InferenceRpc } from '../inference/rpc_pb.js'
import { OrderRpc } from '../order/rpc_pb.js'
import { userDeleted } from '../user/events.ts'
import { UserRpc } from '../user/rpc_pb.js'
import { supportErrors } from './errors.ts'
import * as events from './events.ts'
import * as answers from './answers-http.ts'
import * as articles from './articles-http.ts'
import { supportExamples } from './examples.ts'
import * as chat from './chat-http.ts'
import * as http from './http.ts'
import * as macros from './macros-http.ts'
import { SupportRpc } from './rpc_pb.js'

const described = describeService({
  name: 'support',
  port: 8008,
  owner: 'customers',
  slo: { availability: 0.995, p99Ms: 150, errorRate: 0.005 },
  errors: supportErrors,
  operations: { ...http, ...chat, ...macros, ...articles, ...answers },
  rpc: rpc(SupportRpc, { getReply: { effect: 'read', refuses: ['support.message_not_found'] } }),
  publishes: events,
  consumes: { userDeleted },
  calls: {
    inference: pick(InferenceRpc, 'scoreTexts'),
    order: pick(OrderRpc, 'getSummary'),
    user: pick(UserRpc, 'getClaims', 'getContact'),
  },
  tasks: {
    'report-breaches': { payload: Type.Object({}), everyMs: 15_000 },
    'close-resolved': { payload: Type.Object({}), everyMs: 300_000 },
    'remove-old': { payload: Type.Object({}), everyMs: 3_600_000 },
  },
  blobs: { attachments: { purpose: 'files attached to support tickets' } },
  personalData: {
    tickets:
      'requests for help, their messages and attached files, until TICKET_RETENTION_DAYS after they were closed or the account is erased',
    chat: 'conversations with staff, until TICKET_RETENTION_DAYS after they were closed or the account is erased',
    articleVotes: 'whether articles of the knowledge base were helpful, with comments; until the account is erased',
  },
  examples: supportExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface SupportService extends Described {}

/** Tickets, chat, service levels, canned replies, knowledge base. */
export const support: SupportService = described
