import { describeService, errors, event, get, mount } from '@stoa/contract'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { contractPart, routesPart } from './contract-part.ts'
import { errorPage, errorPages, errorsPart } from './errors-part.ts'
import { markdownTable } from './markdown-table.ts'
import { permissionsList, permissionsPage } from './permissions-part.ts'
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

test('lists the service level of a service, its operations with their permissions, and that it calls no other service', () => {
  const table = contractPart(parcel)
  expect(table).toContain('Port 8099 · owned by logistics · availability 99.95 % · p99 100 ms · errors 0.01 %')
  expect(table).toContain('| `GET /api/v1/users/{userId}/parcels/{id}` | `parcel:read`, owner only | Read a parcel |')
  expect(table).toContain('| `/parcels/*` | public | Pages |')
  expect(table).toContain('| publishes | `parcel.sent` |')
  expect(table).toContain('| calls | none |')
  expect(table).toContain('| personal data | address: to send it |')
})

test('lists which routes of the gateway need no token', () => {
  expect(routesPart([parcel])).toContain('| parcel | 2 | `/parcels/*` |')
})

test('gives the platform and each service with codes a page of error codes, and lists the pages', () => {
  const pages = errorPages([parcel, describeService({ ...parcel, name: 'silent', errors: errors({}) })], {
    'data.lost': { kind: 'invalid', title: 'The data is lost', fix: 'Restore a backup.' },
  })
  expect(pages.map(({ file }) => file)).toEqual(['platform.md', 'parcel.md', 'command-line.md'])
  expect(errorsPart(pages)).toContain('| [parcel](parcel.md) | 1 |')
  expect(pages.map(errorPage)[1]).toContain('## parcel.not_found\n\n404 · No such parcel.')
  expect(pages.map(errorPage)[2]).toContain('## data.lost\n\nThe data is lost. ')
})

test('lists the permissions of all contracts, and shows the roles that have each', () => {
  const permissions = {
    'gift-card:read': { description: 'read your gift cards', roles: ['customer', 'ops'], isForPartners: true },
  } as const
  const contracts = [{ contract: 'gift-card', permissions }]
  expect(permissionsList(contracts)).toContain("  'gift-card': giftCardPermissions,")
  expect(permissionsPage(contracts)).toContain(
    '| `gift-card:read` | read your gift cards | ✓ |  |  |  |  |  | ✓ | ✓ | ✓ |',
  )
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
