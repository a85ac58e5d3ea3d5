import { closed, CurrencySchema, get, InstantSchema, PageQuery, pageSchema, post } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../shared/ids.ts'
import { SalesChannel } from '../shared/sales-channel.ts'
import {
  Channel,
  Day,
  NewSaleLine,
  Reason,
  ReturnedLine,
  RevenueAnalysis,
  RevenueReport,
  Sale,
  SaleHistoryEntry,
  SaleId,
  SaleStatus,
  SaleSummary,
  Till,
} from './resources.ts'

const read = { permission: 'sale:read', owner: 'none' } as const

const ExpectedVersion = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'refuse if the sale has another version' }),
)

/** POST /api/v1/sales */
export const createSale = post('/api/v1/sales', {
  summary: 'Record a sale at the point of sale',
  permission: 'sale:create',
  audited: true,
  owner: 'none',
  idempotencyKey: 'required',
  body: Type.Object({ till: Till, lines: Type.Array(NewSaleLine, { minItems: 1, maxItems: 100 }) }, closed),
  answers: { 201: Sale },
  answersWith: 'getSale',
  refuses: [
    'sales.not_for_sale',
    'sales.currency_unknown',
    'sales.currency_mixed',
    'sales.discount_exceeds_price',
    'sales.discount_needs_manager',
    'sales.total_too_high',
  ],
})

/** POST /api/v1/sales/{id}/void */
export const voidSale = post('/api/v1/sales/{id}/void', {
  params: { id: SaleId },
  summary: 'Void a sale of the point of sale that was recorded by mistake',
  permission: 'sale:void',
  audited: true,
  owner: 'none',
  idempotencyKey: 'required',
  body: Type.Object({ reason: Reason, expectedVersion: ExpectedVersion }, closed),
  answers: { 200: Sale },
  answersWith: 'getSale',
  refuses: ['sales.not_found', 'sales.follows_order', 'sales.voided', 'sales.has_returns', 'sales.version_conflict'],
})

/** POST /api/v1/sales/{id}/return */
export const returnSale = post('/api/v1/sales/{id}/return', {
  params: { id: SaleId },
  summary: 'Record returned goods of a sale of the point of sale',
  permission: 'sale:return',
  audited: true,
  owner: 'none',
  idempotencyKey: 'required',
  body: Type.Object(
    {
      lines: Type.Array(ReturnedLine, { minItems: 1, maxItems: 100 }),
      reason: Reason,
      expectedVersion: ExpectedVersion,
    },
    closed,
  ),
  answers: { 200: Sale },
  answersWith: 'getSale',
  refuses: [
    'sales.not_found',
    'sales.follows_order',
    'sales.voided',
    'sales.return_exceeds_sale',
    'sales.version_conflict',
  ],
})

/** GET /api/v1/sales */
export const listSales = get('/api/v1/sales', {
  ...read,
  summary: 'List sales, newest first; a sale appears a moment after it is recorded',
  query: Type.Object(
    {
      ...PageQuery,
      channel: Type.Optional(Channel),
      orderChannel: Type.Optional(SalesChannel),
      status: Type.Optional(SaleStatus),
      customerId: Type.Optional(UserId),
    },
    closed,
  ),
  answers: { 200: pageSchema(SaleSummary) },
})

/** GET /api/v1/sales/analytics: not a sale, because concrete segments match before templated ones, and it is no id. */
export const readRevenue = get('/api/v1/sales/analytics', {
  ...read,
  summary: 'Read the revenue of a range of days by period, currency and channel',
  deprecated: { since: '2026-12-01', sunset: '2027-12-01', successor: 'analyseRevenue' },
  query: Type.Object(
    {
      from: Type.Optional({ ...Day, description: 'by default 30 days before `to`' }),
      to: Type.Optional({ ...Day, description: 'by default today; included' }),
      groupBy: Type.Optional(Type.Enum(['day', 'month'])),
    },
    closed,
  ),
  answers: { 200: RevenueReport },
  refuses: ['sales.range_invalid', 'sales.revenue_too_high'],
})

/** GET /api/v2/sales/analytics */
export const analyseRevenue = get('/api/v2/sales/analytics', {
  ...read,
  summary: 'Read the revenue of a range of days by period and channel, with the totals of the range, each by currency',
  query: Type.Object(
    {
      from: Type.Optional({ ...Day, description: 'by default 30 days before `to`' }),
      to: Type.Optional({ ...Day, description: 'by default today; included' }),
      interval: Type.Optional(Type.Enum(['day', 'week', 'month'])),
      by: Type.Optional(Type.Enum(['channel', 'orderChannel'])),
      channel: Type.Optional(Channel),
      orderChannel: Type.Optional(SalesChannel),
      currency: Type.Optional(CurrencySchema),
    },
    closed,
  ),
  answers: { 200: RevenueAnalysis },
  refuses: ['sales.range_invalid', 'sales.revenue_too_high'],
})

/** GET /api/v1/sales/{id} */
export const getSale = get('/api/v1/sales/{id}', {
  ...read,
  params: { id: SaleId },
  summary: 'Read a sale, now or as it was at a time',
  query: Type.Object({ asOf: Type.Optional(InstantSchema) }, closed),
  answers: { 200: Sale },
  refuses: ['sales.not_found'],
})

/** GET /api/v1/sales/{id}/history */
export const listSaleHistory = get('/api/v1/sales/{id}/history', {
  ...read,
  params: { id: SaleId },
  summary: 'List the events of a sale, oldest first',
  query: Type.Object(PageQuery, closed),
  answers: { 200: pageSchema(SaleHistoryEntry) },
  refuses: ['sales.not_found'],
})
