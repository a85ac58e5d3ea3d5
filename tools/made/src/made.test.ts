import { describeService, errors, event, get, mount } from '@stoa/contract'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { contractPart, routesPart } from './contract-part.ts'
import { markdownTable } from './markdown-table.ts'
import { replaceMarkedPart } from './marked-part.ts'

const parcel = describeService({
  name: 'parcel',
  port: 8099,
  owner: 'logistics',
  slo: { availability: 0.9995, p99Ms: 100, errorRate: 0.0001 },
  errors: errors({ 'parcel.not_found': { kind: 'not_found', title: 'No such parcel' } }),
  operations: {
    getParcel: get('/api/v1/users/{userId}/parcels/{id}', {
      params: { userId: Type.String(), id: Type.String() },
      summary: 'Read a parcel',
      permission: 'parcel:read',
      owner: 'path:userId',
      answers: { 200: Type.Object({ id: Type.String() }) },
    }),
    page: mount('/parcels/*', { summary: 'Pages', permission: 'public' }),
  },
  publishes: { parcelSent: event('parcel.sent', '1.0.0', Type.Object({})) },
  personalData: { address: 'to send it' },
})

test('says of a service what it promises, who may ask what, and that it calls nobody', () => {
  const said = contractPart(parcel)
  expect(said).toContain('Port 8099 · owned by logistics · availability 99.95 % · p99 100 ms · errors 0.01 %')
  expect(said).toContain('| `GET /api/v1/users/{userId}/parcels/{id}` | `parcel:read`, one’s own | Read a parcel |')
  expect(said).toContain('| `/parcels/*` | everybody | Pages |')
  expect(said).toContain('| publishes | `parcel.sent` |')
  expect(said).toContain('| calls | nothing |')
  expect(said).toContain('| personal data | address: to send it |')
})

test('says of the gateway which routes need no token', () => {
  expect(routesPart([parcel])).toContain('| parcel | 2 | `/parcels/*` |')
})

test('replaces what stands between its marks, and only that', () => {
  const text = 'before\n<!-- made: a -->\nold\n<!-- /made -->\n<!-- made: b -->\n<!-- /made -->\n'
  expect(replaceMarkedPart(text, 'a', 'new\n')).toBe(
    'before\n<!-- made: a -->\nnew\n<!-- /made -->\n<!-- made: b -->\n<!-- /made -->\n',
  )
})

test('refuses a file without the marks', () => {
  expect(() => replaceMarkedPart('nothing here', 'a', 'new')).toThrow('there is no <!-- made: a -->')
})

test('keeps a cell in one cell', () => {
  expect(markdownTable(['a'], [['x | y\nz']])).toBe('| a |\n|---|\n| x \\| y z |')
})
