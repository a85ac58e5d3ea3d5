import { closed, get, PageQuery, pageSchema, post, put, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { Dashboard, DashboardId, DashboardRequest, Figures, FiguresQuery } from './dashboards.ts'

const read = { permission: 'report:read', owner: 'none' } as const
const manage = { permission: 'dashboard:manage', owner: 'none' } as const
const params = { id: DashboardId }

/** POST /api/v1/dashboards */
export const createDashboard = post('/api/v1/dashboards', {
  ...manage,
  summary: 'Create a dashboard: figures, tables and charts as data',
  audited: true,
  idempotencyKey: 'accepted',
  body: DashboardRequest,
  answers: { 201: Dashboard },
  answersWith: 'getDashboard',
  refuses: ['reporting.dashboard_invalid', 'reporting.too_many_dashboards'],
})

/** GET /api/v1/dashboards */
export const listDashboards = get('/api/v1/dashboards', {
  ...read,
  summary: 'List the dashboards, newest first',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(Dashboard) },
})

/** GET /api/v1/dashboards/{id} */
export const getDashboard = get('/api/v1/dashboards/{id}', {
  ...read,
  params,
  summary: 'Read a dashboard',
  answers: { 200: Dashboard },
  refuses: ['reporting.dashboard_not_found'],
})

/** PUT /api/v1/dashboards/{id} */
export const replaceDashboard = put('/api/v1/dashboards/{id}', {
  ...manage,
  params,
  summary: 'Replace a dashboard',
  audited: true,
  body: DashboardRequest,
  answers: { 200: Dashboard },
  answersWith: 'getDashboard',
  refuses: ['reporting.dashboard_not_found', 'reporting.dashboard_invalid'],
})

/** DELETE /api/v1/dashboards/{id} */
export const deleteDashboard = remove('/api/v1/dashboards/{id}', {
  ...manage,
  params,
  summary: 'Delete a dashboard',
  audited: true,
  answers: { 204: null },
  refuses: ['reporting.dashboard_not_found'],
})

/** GET /api/v1/dashboards/{id}/figures */
export const readFigures = get('/api/v1/dashboards/{id}/figures', {
  ...read,
  params,
  summary: 'Read the figures of a dashboard over a period, each with its query and freshness',
  timeoutMs: 25_000,
  query: FiguresQuery,
  answers: { 200: Figures },
  refuses: ['reporting.dashboard_not_found', 'reporting.query_invalid'],
})
