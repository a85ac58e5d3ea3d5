import { describeService, pick } from '@stoa/contract'
import { Type } from 'typebox'
import { NotificationId } from '../shared/ids.ts'
import { apiKeyCreated } from '../auth/events.ts'
import { invoiceIssued } from '../billing/events.ts'
import { inventoryLowStock } from '../inventory/events.ts'
import { alertFired, alertResolved } from '../monitoring/events.ts'
import {
  orderCancelled,
  orderConfirmed,
  orderDelivered,
  orderRejected,
  orderReturned,
  orderShipped,
  reconciliationFailed,
} from '../order/events.ts'
import { disputeClosed, disputeOpened, fraudDetected, refundFailed, refundProcessed } from '../payment/events.ts'
import {
  emailVerificationRequested,
  mfaDisabled,
  mfaEnabled,
  passkeyAdded,
  passkeyRemoved,
  passwordResetRequested,
  userCreated,
  userDeleted,
  userLocked,
} from '../user/events.ts'
import { reportDistributed, reportFailed } from '../reporting/events.ts'
import { ReportingRpc } from '../reporting/rpc_pb.js'
import { ticketResolved, ticketSlaBreached, ticketUpdated } from '../support/events.ts'
import { SupportRpc } from '../support/rpc_pb.js'
import { UserRpc } from '../user/rpc_pb.js'
import { notificationErrors } from './errors.ts'
import * as events from './events.ts'
import { notificationExamples } from './examples.ts'
import * as http from './http.ts'

const described = describeService({
  name: 'notification',
  port: 8005,
  owner: 'customers',
  slo: { availability: 0.999, p99Ms: 100, errorRate: 0.005 },
  errors: notificationErrors,
  operations: http,
  publishes: events,
  consumes: {
    userCreated,
    userLocked,
    mfaEnabled,
    mfaDisabled,
    passkeyAdded,
    passkeyRemoved,
    emailVerificationRequested,
    passwordResetRequested,
    userDeleted,
    apiKeyCreated,
    orderConfirmed,
    orderRejected,
    orderShipped,
    orderDelivered,
    orderCancelled,
    orderReturned,
    refundProcessed,
    refundFailed,
    disputeOpened,
    disputeClosed,
    invoiceIssued,
    inventoryLowStock,
    fraudDetected,
    reconciliationFailed,
    ticketUpdated,
    ticketResolved,
    ticketSlaBreached,
    reportDistributed,
    reportFailed,
    alertFired,
    alertResolved,
  },
  calls: {
    reporting: pick(ReportingRpc, 'describeReport'),
    support: pick(SupportRpc, 'getReply'),
    user: pick(UserRpc, 'getContact', 'issueLinkToken'),
  },
  tasks: {
    deliver: { payload: Type.Object({ notificationId: NotificationId }), attempts: 1_000 },
    'remove-old': { payload: Type.Object({}), everyMs: 600_000 },
    'tend-webhooks': { payload: Type.Object({}), everyMs: 600_000 },
  },
  personalData: {
    inbox:
      'the messages sent to the account, until they are older than NOTIFICATION_RETENTION_DAYS or the account is erased',
    preferences: 'notification preferences',
    unverifiedMails:
      'a keyed hash of a mailbox that is not verified, and when mails went to it, for a day (legitimate interest: a mailbox must not be flooded)',
  },
  examples: notificationExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface NotificationService extends Described {}

/** Templates, deliveries, channel preferences. */
export const notification: NotificationService = described
