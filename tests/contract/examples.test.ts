import type { TSchema } from 'typebox'
import { Errors } from 'typebox/schema'
import { expect, test } from 'vitest'
import { operations, services } from '../requests/declared-routes.ts'

test('every operation that takes a body, or must have a query, has an example of it', () => {
  const missing = operations.flatMap(({ at, service, route: { body, query } }) => {
    const example = service.examples[at.split('.')[1] ?? '']
    const isQueryNeeded = ((query?.required ?? []) as readonly string[]).length > 0
    return [
      ...(body !== undefined && example?.body === undefined ? [`${at} body`] : []),
      ...(isQueryNeeded && example?.query === undefined ? [`${at} query`] : []),
    ]
  })
  expect(missing, 'add them to contracts/<service>/examples.ts').toEqual([])
})

test.each(services.map((service) => [service.name, service] as const))(
  'every example of %s is as the schemas of its operation demand',
  (_, { name, operations: routes, examples }) => {
    const wrong = Object.entries(examples).flatMap(([operation, example]) => {
      const route = routes[operation]
      if (route?.kind !== 'operation') return [`${name}.${operation}: there is no such operation`]
      const { params = {}, query, body, response, unique } = example ?? {}
      const changed = unique === undefined ? undefined : { ...(body as object), ...unique('0a1b2c3d4e5f') }
      const responses = Object.values(route.answers).filter((schema) => schema !== null)
      return [
        ...Object.entries(params).flatMap(([param, value]) => mistakes(route.params[param], value, `params/${param}`)),
        ...mistakes(route.query, query, 'query'),
        ...mistakes(route.body, body, 'body'),
        ...mistakes(route.body, changed, 'body with its unique fields'),
        ...(response === undefined || responses.some((schema) => mistakes(schema, response, '').length === 0)
          ? []
          : ['response']),
      ].map((mistake) => `${name}.${operation}: ${mistake}`)
    })
    expect(wrong).toEqual([])
  },
)

function mistakes(schema: TSchema | undefined, value: unknown, what: string): string[] {
  if (value === undefined) return []
  if (schema === undefined) return [`${what} is not declared`]
  const [, errors] = Errors(schema, value)
  return errors.map(({ instancePath, message }) => `${what}${instancePath} ${message}`)
}
