import { closed, get, nameText, noteText, PageQuery, pageSchema, post } from '@stoa/contract'
import { Type } from 'typebox'
import { Alert, AlertId, AlertState, Silence, SilenceId } from './alert-resources.ts'

const read = { permission: 'alert:read', owner: 'none' } as const
const manage = { permission: 'alert:manage', owner: 'none', audited: true } as const

/** GET /api/v1/alerts */
export const listAlerts = get('/api/v1/alerts', {
  ...read,
  summary: 'List alerts, those whose condition held last first; without a state, only those that are pending or firing',
  query: Type.Object(
    {
      ...PageQuery,
      state: Type.Optional(AlertState),
      severity: Type.Optional(nameText(100)),
      service: Type.Optional(nameText(100)),
    },
    closed,
  ),
  answers: { 200: pageSchema(Alert) },
})

/** GET /api/v1/alerts/{id} */
export const getAlert = get('/api/v1/alerts/{id}', {
  ...read,
  params: { id: AlertId },
  summary: 'Read an alert',
  answers: { 200: Alert },
  refuses: ['monitoring.alert_not_found'],
})

/** POST /api/v1/alerts/{id}/acknowledge */
export const acknowledgeAlert = post('/api/v1/alerts/{id}/acknowledge', {
  ...manage,
  params: { id: AlertId },
  summary: 'Note that you take care of an alert; the first acknowledgement stays',
  body: Type.Object({ comment: Type.Optional(noteText(500)) }, closed),
  answers: { 200: Alert },
  answersWith: 'getAlert',
  refuses: ['monitoring.alert_not_found', 'monitoring.alert_resolved'],
})

/** GET /api/v1/alerts/silences */
export const listSilences = get('/api/v1/alerts/silences', {
  ...read,
  summary: 'List the silences that have not ended, the newest first',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(Silence) },
})

/** POST /api/v1/alerts/silences */
export const createSilence = post('/api/v1/alerts/silences', {
  ...manage,
  summary: 'Silence the alerts that meet all conditions for some time: no one is notified of them',
  idempotencyKey: 'required',
  body: Type.Object(
    {
      matchers: Silence.properties.matchers,
      comment: noteText(500),
      minutes: Type.Integer({ minimum: 1, maximum: 129_600, description: 'how long, from now on' }),
    },
    closed,
  ),
  answers: { 201: Silence },
  answersWith: 'getSilence',
  refuses: ['monitoring.silence_invalid', 'monitoring.too_many_silences'],
})

/** GET /api/v1/alerts/silences/{id} */
export const getSilence = get('/api/v1/alerts/silences/{id}', {
  ...read,
  params: { id: SilenceId },
  summary: 'Read a silence',
  answers: { 200: Silence },
  refuses: ['monitoring.silence_not_found'],
})

/** POST /api/v1/alerts/silences/{id}/end */
export const endSilence = post('/api/v1/alerts/silences/{id}/end', {
  ...manage,
  params: { id: SilenceId },
  summary: 'End a silence now; one that has ended stays as it is',
  answers: { 200: Silence },
  answersWith: 'getSilence',
  refuses: ['monitoring.silence_not_found'],
})
