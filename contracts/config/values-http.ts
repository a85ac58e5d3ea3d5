import { closed, get, PageQuery, pageSchema, post, put, stream } from '@stoa/contract'
import { Type } from 'typebox'
import { ApplicationName, EnvironmentName } from './environments.ts'
import { Reason } from './resources.ts'
import {
  Application,
  ApplicationChange,
  Configuration,
  ConfigurationChange,
  SettingDifference,
  SettingSchemas,
  Values,
} from './values.ts'

const read = { permission: 'config:read', owner: 'none' } as const
const write = { permission: 'config:write', owner: 'none' } as const
const one = { application: ApplicationName, environment: EnvironmentName } as const
const versionNumber = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })

/** GET /api/v1/config */
export const listApplications = get('/api/v1/config', {
  ...read,
  summary: 'List the applications with the schemas of their settings',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(Application) },
})

/** GET /api/v1/config/{application} */
export const getApplication = get('/api/v1/config/{application}', {
  ...read,
  params: { application: ApplicationName },
  summary: 'Read the schemas of the settings of an application',
  answers: { 200: Application },
  refuses: ['config.application_not_found'],
})

/** PUT /api/v1/config/{application} */
export const replaceApplication = put('/api/v1/config/{application}', {
  ...write,
  audited: true,
  params: { application: ApplicationName },
  summary: 'Create an application, or replace the schemas of its settings; services declare their own',
  body: Type.Object({ settings: SettingSchemas, reason: Type.Optional(Reason) }, closed),
  answers: { 200: Application },
  answersWith: 'getApplication',
  refuses: ['config.application_declared', 'config.application_limit', 'config.secret_refused'],
})

/** GET /api/v1/config-schemas/{application}/history */
export const listApplicationChanges = get('/api/v1/config-schemas/{application}/history', {
  ...read,
  params: { application: ApplicationName },
  summary: 'List the changes of the schemas of an application, newest first: who, when, why, before and after',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(ApplicationChange) },
  refuses: ['config.application_not_found'],
})

/** GET /api/v1/config/{application}/{environment} */
export const getConfiguration = get('/api/v1/config/{application}/{environment}', {
  ...read,
  params: one,
  summary: 'Read the values of an application in an environment; a secret is returned as its reference',
  answers: { 200: Configuration },
  refuses: ['config.application_not_found'],
})

/** PUT /api/v1/config/{application}/{environment} */
export const replaceConfiguration = put('/api/v1/config/{application}/{environment}', {
  ...write,
  audited: true,
  params: one,
  summary: 'Replace the values of an application in an environment; they must match the schemas',
  body: Type.Object({ values: Values, reason: Reason }, closed),
  answers: { 200: Configuration },
  answersWith: 'getConfiguration',
  refuses: ['config.application_not_found', 'config.values_invalid', 'config.secret_refused'],
})

/** GET /api/v1/config/{application}/{environment}/history */
export const listConfigurationChanges = get('/api/v1/config/{application}/{environment}/history', {
  ...read,
  params: one,
  summary: 'List the changes of the values, newest first: who, when, why, before and after',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(ConfigurationChange) },
  refuses: ['config.application_not_found'],
})

/** GET /api/v1/config/{application}/{environment}/diff */
export const compareConfiguration = get('/api/v1/config/{application}/{environment}/diff', {
  ...read,
  params: one,
  summary: 'Compare the values with another version, or with those of another environment',
  query: Type.Object(
    { version: Type.Optional(versionNumber), with: Type.Optional(EnvironmentName) },
    {
      ...closed,
      description: 'the other version, of this environment or of the one in `with`; by default the current one',
    },
  ),
  answers: { 200: Type.Object({ items: Type.Array(SettingDifference) }) },
  refuses: ['config.application_not_found', 'config.version_not_found'],
})

/** POST /api/v1/config/{application}/{environment}/rollback */
export const rollBackConfiguration = post('/api/v1/config/{application}/{environment}/rollback', {
  ...write,
  audited: true,
  params: one,
  summary: 'Restore an earlier version of the values, as a new version',
  body: Type.Object({ version: versionNumber, reason: Reason }, closed),
  answers: { 200: Configuration },
  answersWith: 'getConfiguration',
  refuses: ['config.application_not_found', 'config.version_not_found', 'config.values_invalid'],
})

/** POST /api/v1/config/{application}/{environment}/promote */
export const promoteConfiguration = post('/api/v1/config/{application}/{environment}/promote', {
  ...write,
  audited: true,
  params: one,
  summary: 'Copy the values to the next environment; values that were never set are not copied',
  body: Type.Object({ reason: Reason }, closed),
  answers: { 200: Configuration },
  answersWith: 'getConfiguration',
  refuses: ['config.application_not_found', 'config.nothing_to_promote', 'config.values_invalid'],
})

/** GET /api/v1/config/{application}/{environment}/events */
export const followConfiguration = stream('/api/v1/config/{application}/{environment}/events', {
  ...read,
  params: one,
  summary: 'Stream the values: at once, then after each change',
  refuses: ['config.application_not_found'],
})
