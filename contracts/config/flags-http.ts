import { closed, get, noteText, PageQuery, pageSchema, post, put, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { Environment, EnvironmentName } from './environments.ts'
import {
  Flag,
  FlagChange,
  FlagKey,
  FlagKind,
  FlagRules,
  Reason,
  StaleFlag,
  VariantName,
  Variants,
} from './resources.ts'

const read = { permission: 'flag:read', owner: 'none' } as const
const manage = { permission: 'flag:manage', owner: 'none' } as const
const one = { key: FlagKey, environment: EnvironmentName } as const

/** GET /api/v1/environments */
export const listEnvironments = get('/api/v1/environments', {
  ...read,
  summary: 'List the environments in the order of promotion, and which of them this system uses',
  answers: { 200: Type.Object({ items: Type.Array(Environment) }) },
})

/** GET /api/v1/flags */
export const listFlags = get('/api/v1/flags', {
  ...read,
  summary: 'List the flags with their rules in an environment, by default the one that this system uses',
  query: Type.Object({ ...PageQuery, environment: Type.Optional(EnvironmentName) }, closed),
  answers: { 200: pageSchema(Flag) },
})

/** POST /api/v1/flags */
export const createFlag = post('/api/v1/flags', {
  ...manage,
  audited: true,
  summary: 'Create a flag for programs that use OFREP; flags of services are declared in their contracts',
  body: Type.Object(
    {
      key: FlagKey,
      type: FlagKind,
      description: noteText(500),
      variants: Variants,
      defaultVariant: { ...VariantName, description: 'returned in every environment until its rules are changed' },
      isClientSide: Type.Optional(Type.Boolean({ default: false })),
      reason: Reason,
    },
    closed,
  ),
  answers: { 201: Flag },
  answersWith: 'getServedFlag',
  refuses: ['config.flag_exists', 'config.flag_invalid', 'config.flag_limit', 'config.secret_refused'],
})

/** GET /api/v1/flags/{key} */
export const getServedFlag = get('/api/v1/flags/{key}', {
  ...read,
  params: { key: FlagKey },
  summary: 'Read a flag with its rules in the environment that this system uses',
  answers: { 200: Flag },
  refuses: ['config.flag_not_found'],
})

/** DELETE /api/v1/flags/{key} */
export const deleteFlag = remove('/api/v1/flags/{key}', {
  ...manage,
  audited: true,
  params: { key: FlagKey },
  summary: 'Delete a flag that no service declares, in every environment; its history stays',
  query: Type.Object({ reason: Type.Optional(Reason) }, closed),
  answers: { 204: null },
  refuses: ['config.flag_not_found', 'config.flag_declared'],
})

/** GET /api/v1/flags/{key}/{environment} */
export const getFlag = get('/api/v1/flags/{key}/{environment}', {
  ...read,
  params: one,
  summary: 'Read a flag with its rules in an environment',
  answers: { 200: Flag },
  refuses: ['config.flag_not_found'],
})

/** PUT /api/v1/flags/{key}/{environment} */
export const replaceFlagRules = put('/api/v1/flags/{key}/{environment}', {
  ...manage,
  audited: true,
  params: one,
  summary: 'Replace the rules of a flag in an environment; services use them within two seconds',
  body: Type.Object({ ...FlagRules.properties, reason: Reason }, closed),
  answers: { 200: Flag },
  answersWith: 'getFlag',
  refuses: ['config.flag_not_found', 'config.flag_invalid'],
})

const act = (what: string) =>
  ({
    ...manage,
    params: one,
    body: Type.Object({ reason: Reason }, closed),
    answers: { 200: Flag },
    answersWith: 'getFlag',
    summary: what,
  }) as const

/** POST /api/v1/flags/{key}/{environment}/kill */
export const killFlag = post('/api/v1/flags/{key}/{environment}/kill', {
  ...act('Kill a flag: it returns its variant for off, whatever its rules are; a killed flag stays as it is'),
  audited: true,
  refuses: ['config.flag_not_found'],
})

/** POST /api/v1/flags/{key}/{environment}/revive */
export const reviveFlag = post('/api/v1/flags/{key}/{environment}/revive', {
  ...act('Let the rules of a killed flag apply again'),
  audited: true,
  refuses: ['config.flag_not_found'],
})

/** POST /api/v1/flags/{key}/{environment}/promote */
export const promoteFlag = post('/api/v1/flags/{key}/{environment}/promote', {
  ...act('Copy the rules of a flag to the next environment, without its kill switch'),
  audited: true,
  refuses: ['config.flag_not_found', 'config.nothing_to_promote'],
})

/** POST /api/v1/flags/{key}/{environment}/rollback */
export const rollBackFlag = post('/api/v1/flags/{key}/{environment}/rollback', {
  ...manage,
  audited: true,
  params: one,
  summary: 'Restore an earlier version of the rules of a flag, as a new version; a killed flag stays killed',
  body: Type.Object({ version: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), reason: Reason }, closed),
  answers: { 200: Flag },
  answersWith: 'getFlag',
  refuses: ['config.flag_not_found', 'config.version_not_found', 'config.flag_invalid'],
})

/** GET /api/v1/flags/{key}/{environment}/history */
export const listFlagChanges = get('/api/v1/flags/{key}/{environment}/history', {
  ...read,
  params: one,
  summary: 'List the changes of a flag, newest first: who, when, why, before and after; also of one that was deleted',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(FlagChange) },
  refuses: ['config.flag_not_found'],
})

/** GET /api/v1/stale-flags */
export const listStaleFlags = get('/api/v1/stale-flags', {
  ...read,
  summary: 'List the flags that were not evaluated, or always returned the same variant, for some days',
  query: Type.Object(
    { ...PageQuery, days: Type.Optional(Type.Integer({ minimum: 1, maximum: 365, default: 30 })) },
    closed,
  ),
  answers: { 200: pageSchema(StaleFlag) },
})
