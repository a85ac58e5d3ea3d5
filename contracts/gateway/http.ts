import { AuditedAction, AuditFilter, closed, get, InstantSchema, mount, PageQuery, post } from '@stoa/contract'
import { Type } from 'typebox'
import { OrderId, UserId } from '../shared/ids.ts'

/** POST /api/v1/users/{id}/export: from every service that stores personal data, all or nothing */
export const exportPersonalData = post('/api/v1/users/{id}/export', {
  params: { id: UserId },
  summary: 'Export all personal data of an account from every service; at most five times an hour',
  permission: 'user:export',
  owner: 'path:id',
  reads: true,
  timeoutMs: 15_000,
  answers: {
    200: Type.Object({
      userId: UserId,
      exportedAt: Type.String({ format: 'date-time' }),
      services: Type.Record(Type.String(), Type.Object({}), {
        description: 'the data of each service, by service name',
      }),
    }),
  },
})

/** POST /api/v1/socket-tickets: a page cannot set `Authorization` on a WebSocket */
export const createSocketTicket = post('/api/v1/socket-tickets', {
  summary:
    'Get a ticket with which a page opens one WebSocket as you: `new WebSocket(url, protocols)` within 30 seconds',
  permission: 'socket:open',
  owner: 'none',
  reads: true,
  answers: {
    200: Type.Object({
      protocols: Type.Array(Type.String(), { description: 'the subprotocols to open the WebSocket with' }),
      expiresAt: InstantSchema,
    }),
  },
})

/** GET /api/v1/audit: merged from every service */
export const listAudit = get('/api/v1/audit', {
  summary: 'List entries of the audit trails of all services, newest first; services that do not respond are named',
  permission: 'audit:read',
  owner: 'none',
  timeoutMs: 15_000,
  query: Type.Object(
    { ...AuditFilter, ...PageQuery, service: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' })) },
    closed,
  ),
  answers: {
    200: Type.Object({
      items: Type.Array(AuditedAction),
      nextCursor: Type.Optional(Type.String()),
      unavailable: Type.Array(Type.String(), { description: 'services whose entries are missing' }),
    }),
  },
})

/** /api/v1/ops/{service}/*: the operating endpoints of each service and of the gateway itself */
export const operate = mount('/api/v1/ops/*', {
  summary: 'The operating endpoints of a service: /api/v1/ops/{service}/… is its /admin/…',
  permission: 'ops',
})

const described = (description: string) => Type.Union([Type.Object({}), Type.Null()], { description })
const PartProblems = Type.Array(
  Type.Object({
    path: Type.String({ description: 'JSON Pointer of the part that is null' }),
    code: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    traceId: Type.String(),
  }),
)

/** GET /api/v1/bff/home: aggregates.ts says what it reads */
export const getHome = get('/api/v1/bff/home', {
  summary: 'Read what a start page shows; a part that fails is null, with its problem under `errors`',
  permission: 'public',
  owner: 'none',
  timeoutMs: 10_000,
  answers: {
    200: Type.Object({
      categories: described('the category tree'),
      products: described('a page of the latest products'),
      me: Type.Optional(described('the account of the caller, if there is one')),
      orders: Type.Optional(described('a page of the latest orders of the caller')),
      errors: PartProblems,
    }),
  },
})

/** GET /api/v1/bff/orders/{id}: aggregates.ts says what it reads */
export const getOrderPage = get('/api/v1/bff/orders/{id}', {
  params: { id: OrderId },
  summary:
    'Read an order with its products, shipments, payments and invoices; a part that fails is null, with its problem under `errors`',
  // each part has the permission of its operation, and without the order there is no response
  permission: 'public',
  owner: 'none',
  timeoutMs: 10_000,
  answers: {
    200: Type.Object({
      order: described('the order with its lines, their products, and its timeline'),
      shipments: described('a page of its shipments, with their tracking'),
      payments: described('a page of its payments'),
      invoices: described('a page of its invoices and credit notes'),
      errors: PartProblems,
    }),
  },
  refuses: ['order.not_found'],
})
