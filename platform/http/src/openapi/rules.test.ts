import { get, stream, type Service } from '@stoa/contract'
import fc from 'fast-check'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { parcelContract } from '../../tests/parcel-contract.ts'
import { expectedVersionOf } from '../conditional.ts'
import { parseIdempotencyKey } from '../idempotency/key.ts'
import { openApiDocument, type Door } from './document.ts'

interface Described {
  readonly description: string
  readonly parameters: readonly { readonly name: string; readonly schema: { readonly pattern?: string } }[]
  readonly requestBody?: { readonly content: { readonly [type: string]: { readonly schema: object } } }
  readonly responses: { readonly [status: string]: { readonly headers: object; readonly content?: object } }
}

interface Document {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Described } }
  readonly components: { readonly securitySchemes?: object }
}

const make = (door?: Door, service: Service = parcelContract) =>
  JSON.parse(JSON.stringify(openApiDocument([service], { title: 'Parcels', version: '1.0.0' }, door))) as Document
const described = (path: string, method: string, door?: Door) => {
  const found = make(door).paths[path]?.[method]
  if (found === undefined) throw new Error(`${method} ${path} is not described`)
  return found
}
const patternOf = (name: string, at: Described) =>
  new RegExp(at.parameters.find((parameter) => parameter.name === name)?.schema.pattern ?? 'not there')
const accepts = (parse: () => unknown) => {
  try {
    parse()
    return true
  } catch {
    return false
  }
}

/** Texts as they come in headers, near to what is right. */
const nearlyRight = fc.oneof(
  fc.stringMatching(/^[!#-~]{0,20}$/),
  fc.stringMatching(/^(?:W\/)?"[ !#-~\\"]{0,8}"$/),
  fc.stringMatching(/^[ -~]{0,12}$/).map((text) => text.trim()),
  fc.integer({ min: 250, max: 260 }).map((length) => `"${'a'.repeat(length)}"`),
  fc.integer({ min: 250, max: 260 }).map((length) => 'a'.repeat(length)),
)

test('the pattern of Idempotency-Key is what its parser takes', () => {
  const pattern = patternOf('Idempotency-Key', described('/api/v1/parcels', 'post'))
  fc.assert(
    fc.property(nearlyRight, (text) => pattern.test(text) === accepts(() => parseIdempotencyKey(text))),
    { numRuns: 2_000 },
  )
})

test('the pattern of If-Match is what its parser takes', () => {
  const pattern = patternOf('If-Match', described('/api/v1/parcels/{id}', 'patch'))
  fc.assert(
    fc.property(nearlyRight, (text) => pattern.test(text) === accepts(() => expectedVersionOf(text))),
    { numRuns: 2_000 },
  )
})

test('304, ETag and If-None-Match stand at the read of one resource, not at a list that is not kept', () => {
  const one = described('/api/v1/parcels/{id}', 'get')
  expect(one.responses['200']?.headers).toHaveProperty('ETag')
  expect(one.responses).toHaveProperty('304')
  expect(one.parameters.map(({ name }) => name)).toContain('If-None-Match')
  const list = described('/api/v1/parcels', 'get')
  expect(list.responses['200']?.headers).not.toHaveProperty('ETag')
  expect(list.responses).not.toHaveProperty('304')
  expect(list.parameters.map(({ name }) => name)).not.toContain('If-None-Match')
})

test('the gateway adds its limits, and how they are shown, to every operation', () => {
  for (const path of Object.values(make('gateway').paths)) {
    for (const { responses } of Object.values(path)) {
      expect(JSON.stringify(responses['429'])).toContain('request.rate_limited')
      expect(responses['429']?.headers).toHaveProperty('Retry-After')
      expect(JSON.stringify(responses['503'])).toContain('service.unavailable')
      for (const { headers } of Object.values(responses)) expect(headers).toHaveProperty('RateLimit-Policy')
    }
  }
  expect(described('/api/v1/parcels', 'get').responses).not.toHaveProperty('429')
})

test('a stream names the codes that its contract lists', () => {
  const follow = stream('/api/v1/parcels/{id}/moves', {
    params: { id: Type.String() },
    summary: 'Follow a parcel',
    permission: 'public',
    owner: 'none',
    refuses: ['parcel.gone_missing'],
  })
  const errors = { 'parcel.gone_missing': { kind: 'not_found', title: 'Missing', why: 'It is.', fix: 'None.' } }
  const service = { ...parcelContract, errors, operations: { follow } } as unknown as Service
  const { responses } = make('service', service).paths['/api/v1/parcels/{id}/moves']?.['get'] ?? {}
  expect(JSON.stringify(responses?.['404'])).toContain('parcel.gone_missing')
})

test('a stream names its refusals by status', () => {
  const { responses } = described('/api/v1/owners/{ownerId}/events', 'get', 'gateway')
  expect(Object.keys(responses)).toEqual(
    expect.arrayContaining(['200', '401', '403', '404', '422', '429', '500', '503']),
  )
  expect(responses).not.toHaveProperty('default')
})

test('a text that takes any character is said to take no NUL', () => {
  const { requestBody } = described('/api/v1/parcels', 'post')
  const schema = requestBody?.content['application/json']?.schema as {
    properties: { label: { pattern: string } }
  }
  expect(new RegExp(schema.properties.label.pattern).test('a\nb')).toBe(true)
  expect(new RegExp(schema.properties.label.pattern).test('a\0b')).toBe(false)
})

test('says of every operation whom it lets in', () => {
  for (const path of Object.values(make().paths))
    for (const { description } of Object.values(path)) expect(description).toMatch(/^(Public:|Requires the permission)/)
})

test('a service without protected operations names no bearer token', () => {
  const open = get('/api/v1/open', {
    summary: 'Read what is open',
    permission: 'public',
    owner: 'none',
    answers: { 200: Type.Object({}) },
  })
  expect(make('service', { ...parcelContract, operations: { open } }).components).not.toHaveProperty('securitySchemes')
  expect(make().components).toHaveProperty('securitySchemes')
})
