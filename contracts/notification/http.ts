import { closed, get, noteText, PageQuery, pageSchema, post, put } from '@stoa/contract'
import { Type } from 'typebox'
import { NotificationId, UserId } from '../shared/ids.ts'
import { Notification, NotificationKind, OwnedPreferences, Preferences, Template } from './resources.ts'

export * from './webhook-http.ts'

const Variables = Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]{0,59}$' }), noteText(2_000, 0), {
  ...closed,
  maxProperties: 50,
})

/** POST /api/v1/notifications/send */
export const sendNotification = post('/api/v1/notifications/send', {
  summary: 'Send a message to an account, rendered from a template',
  permission: 'notification:send',
  audited: true,
  owner: 'none',
  body: Type.Object(
    {
      userId: UserId,
      kind: NotificationKind,
      channel: Type.Optional(
        Type.Enum(['email', 'in_app'], {
          description: 'send through this channel only; if omitted, the preferences of the account decide',
        }),
      ),
      variables: Type.Optional(Variables),
    },
    closed,
  ),
  answers: { 201: Notification },
  answersWith: 'getNotification',
  refuses: [
    'notification.template_not_found',
    'notification.variable_missing',
    'notification.recipient_unknown',
    'notification.kind_reserved',
    'notification.channel_not_configured',
  ],
})

/** GET /api/v1/notifications/{id} */
export const getNotification = get('/api/v1/notifications/{id}', {
  params: { id: NotificationId },
  summary: 'Read a message and its delivery status',
  permission: 'notification:read',
  owner: 'userId',
  answers: { 200: Notification },
  refuses: ['notification.not_found'],
})

/** GET /api/v1/users/{userId}/notifications */
export const listNotifications = get('/api/v1/users/{userId}/notifications', {
  params: { userId: UserId },
  summary: 'List the inbox of an account, newest first',
  permission: 'notification:read',
  owner: 'path:userId',
  query: Type.Object({ ...PageQuery, kind: Type.Optional(NotificationKind) }, closed),
  answers: { 200: pageSchema(Notification) },
})

/** GET /api/v1/users/{userId}/notification-preferences */
export const getPreferences = get('/api/v1/users/{userId}/notification-preferences', {
  params: { userId: UserId },
  summary: 'Read the notification preferences of an account',
  permission: 'notification:read',
  owner: 'path:userId',
  answers: { 200: OwnedPreferences },
})

/** PUT /api/v1/users/{userId}/notification-preferences */
export const replacePreferences = put('/api/v1/users/{userId}/notification-preferences', {
  params: { userId: UserId },
  summary: 'Replace the notification preferences of an account',
  permission: 'notification:write',
  owner: 'path:userId',
  body: Preferences,
  answers: { 200: OwnedPreferences },
  answersWith: 'getPreferences',
})

/** GET /api/v1/notifications/templates */
export const listTemplates = get('/api/v1/notifications/templates', {
  summary: 'List the templates',
  permission: 'template:manage',
  owner: 'none',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(Template) },
})

/** GET /api/v1/notifications/templates/{id} */
export const getTemplate = get('/api/v1/notifications/templates/{id}', {
  params: { id: Template.properties.id },
  summary: 'Read the newest version of a template (kind.locale)',
  permission: 'template:manage',
  owner: 'none',
  answers: { 200: Template },
  refuses: ['notification.template_not_found'],
})

/** PUT /api/v1/notifications/templates/{id} */
export const replaceTemplate = put('/api/v1/notifications/templates/{id}', {
  params: { id: Template.properties.id },
  summary: 'Create the next version of a template',
  permission: 'template:manage',
  audited: true,
  owner: 'none',
  body: Type.Object({ subject: Template.properties.subject, body: Template.properties.body }, closed),
  answers: { 200: Template },
  answersWith: 'getTemplate',
  refuses: ['notification.template_not_found', 'notification.template_invalid', 'notification.kind_reserved'],
})

/** POST /api/v1/notifications/templates/{id}/preview */
export const previewTemplate = post('/api/v1/notifications/templates/{id}/preview', {
  params: { id: Template.properties.id },
  summary: 'Render a template without sending it; a missing variable is an error',
  permission: 'template:manage',
  owner: 'none',
  reads: true,
  body: Type.Object({ variables: Variables }, closed),
  answers: { 200: Type.Object({ subject: Type.String(), body: Type.String() }) },
  refuses: ['notification.template_not_found', 'notification.variable_missing'],
})
