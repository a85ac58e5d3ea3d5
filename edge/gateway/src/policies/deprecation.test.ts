import { closed, describeService, errors, get } from '@stoa/contract'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { routesOf } from '../routes/route.ts'
import { deprecationFields } from './deprecation.ts'

const declared = {
  summary: 'Read',
  permission: 'public',
  owner: 'none',
  answers: { 200: Type.Object({}, closed) },
} as const
const params = { id: Type.String(), item: Type.String() }
const tea = describeService({
  name: 'tea',
  port: 1,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1, errorRate: 0.1 },
  errors: errors({}),
  operations: {
    getOld: get('/api/v1/teas/{id}/items/{item}', {
      ...declared,
      params,
      deprecated: { since: '2026-12-01', sunset: '2027-12-01', successor: 'getNew' },
    }),
    getNew: get('/api/v2/items/{id}/of/{item}', { ...declared, params }),
    listTeas: get('/api/v1/teas', { ...declared, deprecated: { since: '2026-01-01' } }),
  },
  personalData: 'none',
})
const fieldsAt = (name: string, path: string) => {
  const route = routesOf([tea]).find((each) => each.name === name)
  return route === undefined ? undefined : deprecationFields(route, path)
}

test('the responses of a deprecated operation say since when, until when, and what takes its place', () => {
  expect(fieldsAt('getOld', '/api/v1/teas/7/items/8')).toEqual([
    'deprecation',
    '@1796083200',
    'sunset',
    'Wed, 01 Dec 2027 00:00:00 GMT',
    'link',
    '</api/v2/items/7/of/8>; rel="successor-version"',
  ])
  expect(fieldsAt('listTeas', '/api/v1/teas')).toEqual(['deprecation', '@1767225600'])
  expect(fieldsAt('getNew', '/api/v2/items/7/of/8')).toEqual([])
})

test('what a client sends in the path does not end the target of the link', () => {
  expect(fieldsAt('getOld', '/api/v1/teas/a>;rel="x"/items/b%20')?.at(-1)).toBe(
    '</api/v2/items/a%3E;rel=%22x%22/of/b%20>; rel="successor-version"',
  )
})
