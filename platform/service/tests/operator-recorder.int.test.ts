import { newId } from '@stoa/kernel'
import { eventually, startTestService } from '@stoa/testing'
import { expect, onTestFinished, test } from 'vitest'
import { parcelService } from './parcel/parcel.ts'

const operator = { subject: newId(), roles: ['operator'] }
const access = { roles: { operator: ['ops', 'audit:read'] }, scopes: { stoa: 'all' } } as const

interface Entry {
  readonly operation: string
  readonly outcome: string
  readonly target?: string
}

test('an action of an operator has an entry before it and one with its outcome, and the chain is verified', async () => {
  const service = await startTestService(parcelService, { access })
  onTestFinished(service.stop)
  const acting = await service.request('POST', '/admin/tasks/12345/discard', { as: operator })
  expect(acting.status).toBe(404)
  const items = await eventually(async () => {
    const { body } = await service.request('GET', `/audit-trail?actor=${operator.subject}`, { as: operator })
    const found = body.items as Entry[]
    expect(found).toHaveLength(2)
    return found
  })
  const operation = 'parcel.ops/tasks/{id}/discard'
  expect(items).toMatchObject([
    { operation, outcome: 'refused', target: '12345' },
    { operation, outcome: 'begun', target: '12345' },
  ])
  const { body } = await service.request('GET', '/admin/audit/verify', { as: operator })
  expect(body).toMatchObject({ service: 'parcel', rows: 2, faults: [] })
})
