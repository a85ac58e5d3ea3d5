import { describeService, pick } from '@stoa/contract'
import { Type } from 'typebox'
import { NotificationId } from '../ids.ts'
import { inventoryLowStock } from '../inventory/events.ts'
import {
  orderCancelled,
  orderConfirmed,
  orderDelivered,
  orderRejected,
  orderReturned,
  orderShipped,
  reconciliationFailed,
} from '../order/events.ts'
import { fraudDetected, refundProcessed } from '../payment/events.ts'
import { userCreated, userDeleted, userLocked } from '../user/events.ts'
import { UserRpc } from '../user/rpc_pb.js'
import { notificationErrors } from './errors.ts'
import * as events from './events.ts'
import * as http from './http.ts'

/** Templates, deliveries, channel preferences. */
export const notification = describeService({
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
    userDeleted,
    orderConfirmed,
    orderRejected,
    orderShipped,
    orderDelivered,
    orderCancelled,
    orderReturned,
    refundProcessed,
    inventoryLowStock,
    fraudDetected,
    reconciliationFailed,
  },
  calls: { user: pick(UserRpc, 'getContact', 'issueUnlockToken') },
  tasks: { deliver: { payload: Type.Object({ notificationId: NotificationId }), attempts: 10 } },
  personalData: {
    inbox: 'the messages sent to a person, until the account is erased',
    preferences: 'what one wants to be told',
  },
})

export type NotificationService = typeof notification
