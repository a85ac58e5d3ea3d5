import { closed, get, PageQuery, pageSchema, post, put, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { Schedule, ScheduleId, ScheduleRequest, ScheduleRun } from './resources.ts'

const read = { permission: 'report:read', owner: 'none' } as const
const manage = { permission: 'report:schedule', owner: 'none' } as const
const params = { id: ScheduleId }

/** POST /api/v1/reports/schedules */
export const createSchedule = post('/api/v1/reports/schedules', {
  ...manage,
  audited: true,
  summary: 'Make a report again and again, on a schedule in a time zone',
  idempotencyKey: 'accepted',
  body: ScheduleRequest,
  answers: { 201: Schedule },
  answersWith: 'getSchedule',
  refuses: ['reporting.schedule_invalid', 'reporting.query_invalid', 'reporting.too_many_schedules'],
})

/** GET /api/v1/reports/schedules */
export const listSchedules = get('/api/v1/reports/schedules', {
  ...read,
  summary: 'List the schedules, newest first',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(Schedule) },
})

/** GET /api/v1/reports/schedules/{id} */
export const getSchedule = get('/api/v1/reports/schedules/{id}', {
  ...read,
  params,
  summary: 'Read a schedule',
  answers: { 200: Schedule },
  refuses: ['reporting.schedule_not_found'],
})

/** PUT /api/v1/reports/schedules/{id} */
export const replaceSchedule = put('/api/v1/reports/schedules/{id}', {
  ...manage,
  audited: true,
  params,
  summary: 'Replace a schedule; it is due next by the new one, and becomes yours',
  body: ScheduleRequest,
  answers: { 200: Schedule },
  answersWith: 'getSchedule',
  refuses: ['reporting.schedule_not_found', 'reporting.schedule_invalid', 'reporting.query_invalid'],
})

/** DELETE /api/v1/reports/schedules/{id} */
export const deleteSchedule = remove('/api/v1/reports/schedules/{id}', {
  ...manage,
  audited: true,
  params,
  summary: 'Delete a schedule; its reports stay',
  answers: { 204: null },
  refuses: ['reporting.schedule_not_found'],
})

/** GET /api/v1/reports/schedules/{id}/runs */
export const listScheduleRuns = get('/api/v1/reports/schedules/{id}/runs', {
  ...read,
  params,
  summary: 'List what became of the last 100 due times of a schedule, the latest first',
  answers: { 200: Type.Object({ items: Type.Array(ScheduleRun) }) },
  refuses: ['reporting.schedule_not_found'],
})
