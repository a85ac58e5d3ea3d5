import { mount, post } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../shared/ids.ts'

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

/** /api/v1/ops/{service}/*: the operating endpoints of each service and of the gateway itself */
export const operate = mount('/api/v1/ops/*', {
  summary: 'The operating endpoints of a service: /api/v1/ops/{service}/… is its /admin/…',
  permission: 'ops',
})
