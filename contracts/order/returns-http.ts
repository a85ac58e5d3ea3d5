import { closed, get, noteText, PageQuery, pageSchema, post } from '@stoa/contract'
import { Type } from 'typebox'
import { OrderId, ReturnId, UserId } from '../shared/ids.ts'
import { ReceivedLine, RequestedLine, Return, ReturnStatus } from './resources.ts'

/** POST /api/v1/orders/{id}/returns */
export const requestReturn = post('/api/v1/orders/{id}/returns', {
  params: { id: OrderId },
  summary: 'Request a return within the return window; staff can request one later too',
  permission: 'order:return',
  owner: 'customerId',
  idempotencyKey: 'required',
  body: Type.Object(
    {
      items: Type.Array(RequestedLine, { minItems: 1, maxItems: 100 }),
      reason: noteText(500),
    },
    closed,
  ),
  answers: { 201: Return },
  answersWith: 'getReturn',
  refuses: ['order.not_found', 'order.not_delivered', 'order.return_window_over', 'order.return_not_allowed'],
})

/** GET /api/v1/orders/{id}/returns */
export const listOrderReturns = get('/api/v1/orders/{id}/returns', {
  params: { id: OrderId },
  summary: 'List the returns of an order, oldest first',
  permission: 'order:read',
  owner: 'customerId',
  answers: { 200: Type.Object({ orderId: OrderId, customerId: UserId, items: Type.Array(Return) }) },
  refuses: ['order.not_found'],
})

/** GET /api/v1/returns */
export const listReturns = get('/api/v1/returns', {
  summary: 'List returns, newest first; staff see every return, customers their own',
  permission: 'order:read',
  owner: 'none',
  query: Type.Object({ ...PageQuery, status: Type.Optional(ReturnStatus), customerId: Type.Optional(UserId) }, closed),
  answers: { 200: pageSchema(Return) },
})

/** GET /api/v1/returns/{id} */
export const getReturn = get('/api/v1/returns/{id}', {
  params: { id: ReturnId },
  summary: 'Read a return',
  permission: 'order:read',
  owner: 'customerId',
  answers: { 200: Return },
  refuses: ['order.return_not_found'],
})

const byStaff = {
  permission: 'order:manage',
  owner: 'none',
  answers: { 200: Return },
  answersWith: 'getReturn',
} as const

/** POST /api/v1/returns/{id}/approve */
export const approveReturn = post('/api/v1/returns/{id}/approve', {
  params: { id: ReturnId },
  ...byStaff,
  audited: true,
  summary: 'Approve a return (staff)',
  body: Type.Optional(Type.Object({ note: Type.Optional(noteText(500)) }, closed)),
  refuses: ['order.return_not_found', 'order.return_move_not_allowed'],
})

/** POST /api/v1/returns/{id}/refuse */
export const refuseReturn = post('/api/v1/returns/{id}/refuse', {
  params: { id: ReturnId },
  ...byStaff,
  audited: true,
  summary: 'Reject a return, or record that the goods never arrived, with a reason (staff)',
  body: Type.Object({ note: noteText(500) }, closed),
  refuses: ['order.return_not_found', 'order.return_move_not_allowed'],
})

/** POST /api/v1/returns/{id}/receive */
export const receiveReturn = post('/api/v1/returns/{id}/receive', {
  params: { id: ReturnId },
  ...byStaff,
  audited: true,
  summary: 'Record the returned goods and refund them (staff)',
  idempotencyKey: 'required',
  body: Type.Object({ items: Type.Array(ReceivedLine, { minItems: 1, maxItems: 200 }) }, closed),
  settled: (found) => found.status !== 'received',
  refuses: ['order.return_not_found', 'order.return_move_not_allowed', 'order.return_not_allowed'],
})
