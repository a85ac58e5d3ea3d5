import { Validator } from '@seriousme/openapi-schema-validator'
import { mount } from '@stoa/contract'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { parcelContract } from '../../tests/parcel-contract.ts'
import { openApiDocument } from './document.ts'

interface Described {
  readonly operationId: string
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly requestBody?: { readonly required: boolean; readonly content: object }
  readonly responses: {
    readonly [status: string]: { readonly content?: { readonly [type: string]: { readonly schema: unknown } } }
  }
  readonly security: readonly object[]
}

interface Document {
  readonly openapi: string
  readonly paths: { readonly [path: string]: { readonly [method: string]: Described } }
  readonly components: { readonly schemas: { readonly [name: string]: object } }
}

const info = { title: 'Parcels', version: '1.0.0' }
const make = (services = [parcelContract] as Parameters<typeof openApiDocument>[0]) =>
  JSON.parse(JSON.stringify(openApiDocument(services, info))) as Document
const described = (path: string, method: string) => {
  const found = make().paths[path]?.[method]
  if (found === undefined) throw new Error(`${method} ${path} is not described`)
  return found
}

test('is valid OpenAPI 3.1', async () => {
  const validator = new Validator()
  const result = await validator.validate({ ...make() })
  expect(result.errors).toBeUndefined()
  expect([result.valid, validator.version]).toEqual([true, '3.1'])
})

test('shows the endpoints of a mounted handler, with its own failures beside the problems', async () => {
  const Failed = Type.Object({ errorCode: Type.String() })
  const evaluate = mount('/flags/*', {
    summary: 'Evaluate flags',
    permission: 'public',
    takesTokens: true,
    endpoints: [
      {
        name: 'evaluateFlag',
        method: 'POST',
        path: '/flags/{key}',
        summary: 'Evaluate a flag',
        params: { key: Type.String() },
        body: Type.Object({ context: Type.Object({}) }),
        answers: { 200: Type.Object({ value: Type.Unknown() }), 304: null, 400: Failed },
      },
    ],
  })
  const document = make([
    {
      ...parcelContract,
      operations: { evaluate, other: mount('/other/*', { summary: 'Other', permission: 'public' }) },
    },
  ])
  expect(Object.keys(document.paths)).toEqual(['/flags/{key}'])
  const found = document.paths['/flags/{key}']?.['post']
  if (found === undefined) throw new Error('it is not described')
  const { operationId, parameters, responses, security } = found
  expect([operationId, parameters[0]?.name, security]).toEqual(['evaluateFlag', 'key', [{}, { bearer: [] }]])
  expect(Object.keys(responses['400']?.content ?? {})).toEqual(['application/json', 'application/problem+json'])
  expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '304', '500', '503']))
  const result = await new Validator().validate({ ...document })
  expect(result.errors).toBeUndefined()
})

test('shows the examples of the contract at bodies, responses and parameters', () => {
  const examples = {
    createParcel: { body: { to: 'Wien' }, response: { id: 'p-1' } },
    getParcel: { params: { id: 'p-1' } },
  }
  const { paths } = make([{ ...parcelContract, examples }])
  const text = JSON.stringify(paths)
  expect(text).toContain('"examples":{"contract":{"value":{"to":"Wien"}}}')
  expect(text).toContain('"examples":{"contract":{"value":{"id":"p-1"}}}')
  expect(text).toContain('"example":"p-1"')
})

test('every field that a schema requires is described in it, also in a branch', () => {
  const body = Type.Object(
    { country: Type.String(), code: Type.Optional(Type.String()) },
    { if: { properties: { country: { const: 'IE' } } }, else: { required: ['code'] } },
  )
  const { createParcel, getParcel } = parcelContract.operations
  const branching = {
    ...parcelContract,
    operations: { getParcel: { ...getParcel, answers: { 200: body } }, createParcel: { ...createParcel, body } },
  }
  const undescribed: string[] = []
  const visit = (node: unknown, at: string) => {
    if (typeof node !== 'object' || node === null) return
    const { required, properties = {} } = node as { required?: unknown; properties?: object }
    if (Array.isArray(required)) {
      for (const name of required as string[]) if (!Object.hasOwn(properties, name)) undescribed.push(`${at}/${name}`)
    }
    for (const [name, value] of Object.entries(node)) visit(value, `${at}/${name}`)
  }
  const document = make([branching])
  visit(document, '')
  expect(undescribed).toEqual([])
  expect(JSON.stringify(document).match(/"else":\{"required":\["code"\]/g)).toHaveLength(2)
})

test('of several services it is valid too, and their operations keep apart', async () => {
  const other = {
    ...parcelContract,
    name: 'letter',
    operations: { createParcel: { ...parcelContract.operations.createParcel, path: '/api/v1/letters' } },
  }
  const document = make([parcelContract, other])
  expect((await new Validator().validate({ ...document })).errors).toBeUndefined()
  const ids = Object.values(document.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
  expect(new Set(ids).size).toBe(ids.length)
})

test('names headers, body and security of a creation', () => {
  const create = described('/api/v1/parcels', 'post')
  expect(create.parameters.map(({ name, required }) => [name, required])).toEqual([
    ['Idempotency-Key', true],
    ['Prefer', false],
  ])
  expect(create.requestBody?.required).toBe(true)
  expect(create.security).toEqual([{ bearer: [] }])
  expect(create).toMatchObject({ 'x-permission': 'parcel:send', 'x-rate-class': 'critical', 'x-service': 'parcel' })
  expect(create.responses['201']?.content).toEqual({
    'application/json': { schema: { $ref: '#/components/schemas/Parcel' } },
  })
})

test('gathers the codes of each status', () => {
  const { responses } = described('/api/v1/parcels', 'post')
  expect(Object.keys(responses)).toEqual([
    '201',
    '400',
    '401',
    '403',
    '404',
    '409',
    '413',
    '415',
    '422',
    '500',
    '503',
    '504',
  ])
  expect(responses['409']?.content?.['application/problem+json']?.schema).toEqual({
    allOf: [
      { $ref: '#/components/schemas/Problem' },
      { properties: { code: { enum: ['parcel.forbidden_label', 'idempotency.in_progress'] } } },
    ],
  })
})

test('a change needs If-Match, and a PATCH is a merge patch', () => {
  const change = described('/api/v1/parcels/{id}', 'patch')
  expect(change.parameters).toContainEqual(expect.objectContaining({ name: 'If-Match', required: true }))
  expect(Object.keys(change.requestBody?.content ?? {})).toEqual(['application/merge-patch+json'])
  expect(Object.keys(change.responses)).toEqual(expect.arrayContaining(['412', '428']))
})

test('says what a parameter of the path must be', () => {
  expect(described('/api/v1/parcels/{id}', 'get').parameters).toContainEqual({
    name: 'id',
    in: 'path',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  })
})

test('a public operation asks for no token', () => {
  expect(described('/api/v1/parcels/weigh', 'post').security).toEqual([])
})
