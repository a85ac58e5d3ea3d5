import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { bodyLimitOf, describeService, download, get, mediaTypesOfBlob, mount, post, upload } from './index.ts'
import { routesDigest } from './routes-digest.ts'
import {
  parseAcceptance,
  parseRoutesDocument,
  pathPrefixesOf,
  refusalsOf,
  routesDocument,
  serviceOf,
} from './routes.ts'

const Tea = Type.Object({ id: Type.String(), name: Type.Optional(Type.String()) })
const tea = describeService({
  name: 'tea',
  port: 8099,
  owner: 'tea',
  slo: { availability: 0.99, p99Ms: 100, errorRate: 0.01 },
  errors: {},
  operations: {
    getTea: get('/api/v1/teas/{id}', {
      params: { id: Type.String() },
      summary: 'Read a tea',
      permission: 'tea:read',
      owner: 'none',
      answers: { 200: Tea },
    }),
    brew: post('/api/v1/teas', {
      summary: 'Brew a tea',
      permission: 'tea:write',
      owner: 'none',
      body: Tea,
      answers: { 201: Tea },
      settled: () => true,
    }),
    sendPhoto: upload('/api/v1/teas/photos', {
      summary: 'Send a photo',
      permission: 'tea:write',
      owner: 'none',
      upload: { shelf: 'photos', mediaTypes: ['image/png'], largestBytes: 5_000_000 },
      answers: { 201: Tea },
    }),
    getPhoto: download('/api/v1/teas/photos/{id}', {
      params: { id: Type.String() },
      summary: 'Read a photo',
      permission: 'tea:read',
      owner: 'none',
      download: { shelf: 'photos', mediaTypes: ['image/png'] },
    }),
    leaves: mount('/tea-leaves/*', { summary: 'Leaves', permission: 'public' }),
    internal: get('/internal/teas', { summary: 'All', permission: 'service', owner: 'none', answers: { 200: Tea } }),
  },
  blobs: { photos: { purpose: 'photos of teas' } },
  personalData: 'none',
})
const document = routesDocument(tea)
const accepted = {
  paths: ['/api/v1/teas', '/tea-leaves'],
  permissions: {
    'tea:read': { description: 'read teas', roles: ['customer'] },
    'tea:write': { description: 'brew teas', roles: ['staff'] },
  },
  calls: {},
}

test('a document is JSON, and valid; the contract that it describes has the same document', () => {
  expect(JSON.parse(JSON.stringify(document))).toEqual(document)
  expect(parseRoutesDocument(document)).toBe(document)
  expect(routesDocument(serviceOf(document))).toEqual(document)
})

test('internal paths are not in a document', () => {
  expect(Object.keys(document.operations)).toEqual(['getTea', 'brew', 'sendPhoto', 'getPhoto', 'leaves'])
})

test('an upload keeps its limit and a download its media types', () => {
  const { sendPhoto, getPhoto } = serviceOf(document).operations
  expect(bodyLimitOf(sendPhoto as never)).toBe(5_000_000)
  expect(mediaTypesOfBlob((getPhoto as typeof tea.operations.getPhoto).answers[200])).toEqual(['image/png'])
})

test('the digest depends on the content, and not on the order of fields', () => {
  const reversed = Object.fromEntries(Object.entries(document).toReversed()) as typeof document
  expect(routesDigest(reversed)).toBe(routesDigest(document))
  expect(routesDigest({ ...document, owner: 'coffee' })).not.toBe(routesDigest(document))
})

test('prefixes are those of collections and mounts', () => {
  expect(pathPrefixesOf(tea)).toEqual(['/api/v1/teas', '/tea-leaves'])
})

test('a document within what was accepted is not refused', () => {
  expect(refusalsOf(document, accepted)).toEqual([])
})

test('a path and a permission that were not accepted are refused', () => {
  const { 'tea:write': _write, ...permissions } = accepted.permissions
  expect(refusalsOf(document, { ...accepted, paths: ['/api/v1/teas'], permissions })).toEqual([
    'the path /tea-leaves is not accepted',
    'the permission tea:write is not accepted',
  ])
})

test.each([
  ['no object', undefined],
  ['another format', { ...document, format: 2 }],
  ['a path without a slash', { ...document, operations: { x: { ...document.operations['getTea'], path: 'teas' } } }],
  [
    'an upload without a limit',
    { ...document, operations: { x: { ...document.operations['sendPhoto'], upload: {} } } },
  ],
  ['a time without a limit', { ...document, operations: { x: { ...document.operations['getTea'], timeoutMs: 1e9 } } }],
])('a document with %s is not valid', (_what, value) => {
  expect(() => parseRoutesDocument(value)).toThrow(TypeError)
})

test('fields of a later release are ignored in what was accepted', () => {
  expect(parseAcceptance({ ...accepted, later: true })).toEqual(accepted)
})

test('an endpoint of a mount that is not below it is not accepted', () => {
  const endpoint = (path: string) => ({
    name: 'steal',
    method: 'POST' as const,
    path,
    summary: 'Steal',
    params: {},
    body: {},
    answers: {},
  })
  const { leaves } = document.operations
  const withEndpoint = (path: string) =>
    refusalsOf({ ...document, operations: { leaves: { ...leaves, endpoints: [endpoint(path)] } as never } }, accepted)
  expect(withEndpoint('/tea-leaves/green')).toEqual([])
  expect(withEndpoint('/api/v1/orders')).toEqual(['the path /api/v1/orders is not below /tea-leaves/*'])
})

test('a document that is nested too deeply is refused', () => {
  let schema: object = {}
  for (let depth = 0; depth < 200; depth += 1) schema = { items: schema }
  const publishes = { teaDrunk: { type: 'tea.drunk', version: '1.0.0', data: schema } }
  expect(() => parseRoutesDocument({ ...document, publishes })).toThrow('the routes document is nested too deeply')
})
