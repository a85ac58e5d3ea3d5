import { act, closed, inspect, OperatingLimit, serveEndpoints } from '@stoa/contract'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { operatingRouter } from './operating-router.ts'

const Text = Type.Object({ text: Type.String() })
const endpoints = {
  list: inspect('things', {
    summary: 'List',
    query: Type.Object({ limit: OperatingLimit, name: Type.Optional(Type.Array(Type.String())) }, closed),
    answer: Type.Object({ limit: Type.Optional(Type.Integer()), names: Type.Array(Type.String()) }),
  }),
  retryAll: act('things/retry', { summary: 'Retry all', answer: Text }),
  show: inspect('things/{id}', { summary: 'Show', answer: Text }),
  discard: act('things/{id}/discard', {
    summary: 'Discard',
    body: Type.Object({ reason: Type.String({ minLength: 1 }) }, closed),
    answer: Text,
  }),
}
const route = operatingRouter(
  serveEndpoints(endpoints, {
    list: async ({ query: { limit, name = [] } }) => ({ ...(limit === undefined ? {} : { limit }), names: name }),
    retryAll: async () => ({ text: 'all' }),
    show: async ({ params: { id } }) => (id === 'missing' ? undefined : { text: id }),
    discard: async ({ params: { id }, body: { reason } }) => ({ text: `${id}: ${reason}` }),
  }),
)

const ask = (method: string, path: string, body?: unknown) => {
  const [where = '', search = ''] = path.split('?')
  return route({ method, path: where, search, body: async () => body })
}

test('a request reaches the endpoint of its method and path, with what that declares', async () => {
  expect(await ask('GET', 'things?limit=7&name=a&name=b')).toEqual({ limit: 7, names: ['a', 'b'] })
  expect(await ask('GET', 'things')).toEqual({ limit: 50, names: [] })
  expect(await ask('POST', 'things/retry')).toEqual({ text: 'all' })
  expect(await ask('GET', 'things/retry')).toEqual({ text: 'retry' })
  expect(await ask('GET', 'things/a%2Fb')).toEqual({ text: 'a/b' })
  expect(await ask('POST', 'things/4/discard', { reason: 'done' })).toEqual({ text: '4: done' })
})

test.each([
  ['GET', 'nothing', undefined, 'request.path_unknown'],
  ['GET', '', undefined, 'request.path_unknown'],
  ['GET', 'things/', undefined, 'request.path_unknown'],
  ['GET', 'things/missing', undefined, 'operating.not_found'],
  ['DELETE', 'things/4', undefined, 'request.path_unknown'],
  ['GET', 'things/4/discard', undefined, 'request.path_unknown'],
  ['GET', 'things/%zz', undefined, 'request.malformed'],
  ['GET', 'things/%00', undefined, 'request.malformed'],
  ['GET', 'things?limit=0', undefined, 'request.invalid'],
  ['GET', 'things?limit=1.5', undefined, 'request.invalid'],
  ['GET', 'things?unknown=1', undefined, 'request.invalid'],
  ['GET', 'things/4?unknown=1', undefined, 'request.invalid'],
  ['POST', 'things/retry?isDryRun=true', undefined, 'request.invalid'],
  ['POST', 'things/4/discard', undefined, 'request.malformed'],
  ['POST', 'things/4/discard', { reason: '' }, 'request.invalid'],
  ['POST', 'things/4/discard', { reason: 'done', also: 1 }, 'request.invalid'],
  ['POST', 'things/4/discard', [], 'request.invalid'],
  ['POST', 'things/retry', { all: true }, 'request.invalid'],
])('%s %s with %j is refused: %s', async (method, path, body, code) => {
  await expect(ask(method, path, body)).rejects.toMatchObject({ code })
})
