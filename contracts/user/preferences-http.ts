import { get, put } from '@stoa/contract'
import { UserId } from '../shared/ids.ts'
import { AccountPreferences } from './resources.ts'

/** GET /api/v1/users/{id}/preferences */
export const getPreferences = get('/api/v1/users/{id}/preferences', {
  params: { id: UserId },
  summary: 'Read the language and the time zone of an account',
  permission: 'user:read',
  owner: 'path:id',
  answers: { 200: AccountPreferences },
  refuses: ['user.not_found'],
})

/** PUT /api/v1/users/{id}/preferences */
export const replacePreferences = put('/api/v1/users/{id}/preferences', {
  params: { id: UserId },
  summary: 'Replace the language and the time zone of an account',
  permission: 'user:write',
  owner: 'path:id',
  body: AccountPreferences,
  answers: { 200: AccountPreferences },
  answersWith: 'getPreferences',
  refuses: ['user.not_found', 'user.time_zone_unknown'],
})
