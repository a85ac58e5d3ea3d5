import {
  instantRule,
  isInternalPath,
  platformErrors,
  type ErrorDescription,
  type Operation,
  type Route,
  type Service,
} from '@stoa/contract'
import { permissions } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { gateway } from '@stoa/contracts/gateway/service'
import { permissionsByContract } from '@stoa/contracts/permissions'
import { registry } from '@stoa/contracts/registry/service'
import { expect, test } from 'vitest'
import { schemasIn } from './schemas.ts'

const services: readonly Service[] = [registry, ...catalogue]
const operations = services.flatMap((service) =>
  Object.entries(service.operations).flatMap(([name, route]) =>
    route.kind === 'operation' ? [{ at: `${service.name}.${name}`, service, operation: route }] : [],
  ),
)
const writes = operations.filter(({ operation }) => operation.effect === 'write')
const lists = operations.filter(({ operation }) => 'nextCursor' in fieldsOf(operation))

function fieldsOf(operation: Operation): object {
  const body = operation.answers[200]
  return body === null || body === undefined || !('properties' in body) ? {} : (body.properties as object)
}

test('there are contracts to hold together', () => {
  expect(operations.length).toBeGreaterThan(50)
  expect(writes.length).toBeGreaterThan(20)
  expect(lists.length).toBeGreaterThan(5)
})

test('nothing is written with a permission to read', () => {
  const wrong = writes.filter(({ operation }) => /:read(?::any)?$/.test(operation.permission))
  expect(wrong.map(({ at, operation }) => `${at} ${operation.permission}`)).toEqual([])
})

test('an operation that can reject a password says that it checks one, and no other', () => {
  const rejects = operations.filter(({ operation }) => operation.refuses.includes('user.credentials_wrong'))
  const says = operations.filter(({ operation }) => operation.checksPassword)
  expect(rejects.length).toBeGreaterThan(3)
  expect(says.map(({ at }) => at)).toEqual(rejects.map(({ at }) => at))
})

test('every code that an operation or method refuses with is in its service’s catalogue', () => {
  const unknown = services.flatMap(({ name, errors, operations: routes, rpc }) => {
    const known = new Set([...Object.keys(errors), ...Object.keys(platformErrors)])
    const methods = Object.entries((rpc?.methods ?? {}) as Record<string, { refuses?: readonly string[] }>)
    const used = [
      ...Object.entries(routes).map(
        ([route, declaredRoutes]) =>
          [route, declaredRoutes.kind === 'operation' ? declaredRoutes.refuses : []] as const,
      ),
      ...methods.map(([method, { refuses = [] }]) => [method, refuses] as const),
    ]
    return used.flatMap(([at, codes]) =>
      codes.filter((code) => !known.has(code)).map((code) => `${name}.${at}: ${code}`),
    )
  })
  expect(unknown).toEqual([])
})

test('every time in a request or an answer is bounded to what can be stored and returned', () => {
  const unbounded = operations.flatMap(({ at, operation }) =>
    [operation.body, operation.query, ...Object.values(operation.answers)].flatMap((schema) =>
      schema === undefined || schema === null
        ? []
        : [...schemasIn(schema)]
            .filter(({ node }) => node.format === instantRule.format && node.pattern !== instantRule.pattern)
            .map(({ pointer }) => `${at}: ${pointer}`),
    ),
  )
  expect(unbounded).toEqual([])
})

test('a code means the same wherever it is refused with', () => {
  const meanings = services.flatMap(({ errors }) => Object.entries(errors))
  const contested = [...Map.groupBy(meanings, ([code]) => code)]
    .filter(([, each]) => new Set(each.map(([, { kind, title }]) => `${kind}: ${title}`)).size > 1)
    .map(([code]) => code)
  expect(contested).toEqual([])
  expect(meanings.map(([code]) => code).filter((code) => code in platformErrors)).toEqual([])
})

test('every code says why it happens and what to do, each in whole sentences', () => {
  const described = Object.entries<ErrorDescription>(
    Object.assign({}, platformErrors, ...services.map(({ errors }) => errors)),
  )
  const isSentence = (text = '') => /^[A-Z].{8,}\.$/.test(text)
  expect(described.filter(([, { why, fix }]) => !isSentence(why) || !isSentence(fix)).map(([code]) => code)).toEqual([])
  expect(described.filter(([, { title }]) => !/^[A-Z].*[^.]$/.test(title)).map(([code]) => code)).toEqual([])
})

test('every operation asks for a permission that its own contract declares', () => {
  const own = new Map<string, object>(Object.entries(permissionsByContract))
  const foreign = [...services, gateway].flatMap(({ name, operations: routes }) =>
    Object.entries<Route>(routes)
      .filter(([, { permission }]) => !['public', 'service'].includes(permission))
      .filter(([, { permission }]) => !Object.hasOwn(own.get(name) ?? {}, permission))
      .map(([route, { permission }]) => `${name}.${route}: ${permission}`),
  )
  expect(foreign).toEqual([])
})

test('every permission is asked for by an operation, or by the doors of those who run the system', () => {
  const asked = new Set<string>(
    services.flatMap(({ operations: routes }) => Object.values(routes).map((route) => route.permission)),
  )
  // product:read: everybody may read products, and a partner's key may say that it does no more
  // user:export: the gateway puts together what each service exports
  // socket:open: the gateway itself gives tickets
  // audit:read: the gateway merges what each service returns
  // sale:discount: asked for by the height of a discount
  // order:channel: asked for by the channel of an order
  // recommendation:read: anyone may ask about a product, and an account about itself
  // template:manage:security: asked for by kind, where a message is about the security of an account
  const doors = new Set([
    'ops',
    'audit:read',
    'socket:open',
    'gateway:admin',
    'saga:manage',
    'product:read',
    'user:export',
    'sale:discount',
    'order:channel',
    'recommendation:read',
    'template:manage:security',
  ])
  const whole = (permission: string) => permission.replace(/:any$/, '')
  const idle = permissions.filter((permission) => !asked.has(whole(permission)) && !doors.has(whole(permission)))
  expect(idle).toEqual([])
})

test('every event is named after its owner’s things, in the past tense, and no two events share a name', () => {
  const types = services.flatMap(({ publishes }) => Object.values(publishes).map(({ type }) => type))
  expect(types.filter((type) => !/^[a-z_]+\.[a-z_]+$/.test(type))).toEqual([])
  expect(types.filter((type, index) => types.indexOf(type) !== index)).toEqual([])
})

test('no event carries what says who or where a person is', () => {
  const personal =
    /^(email|phone|line1|line2|postalCode|address|shippingAddress|firstName|lastName|password|token|ip)$/i
  const found = services.flatMap(({ publishes }) =>
    Object.values(publishes).flatMap(({ type, data }) =>
      [...schemasIn(data)]
        .map(({ pointer }) => pointer)
        .filter((pointer) => personal.test(pointer.split('/').at(-1) ?? ''))
        .map((pointer) => type + pointer),
    ),
  )
  expect(found).toEqual([])
})

test('every write refuses fields that it does not know, but for what a provider sends and what is read apart', () => {
  const readApart = ['registry.offerRoutes/document']
  const open = writes.flatMap(({ at, operation: { body, path } }) =>
    body === undefined || path.includes('/webhooks/')
      ? []
      : [...schemasIn(body)]
          .filter(({ node }) => node.properties !== undefined && node.additionalProperties !== false)
          .map(({ pointer }) => `${at}${pointer}`),
  )
  expect(open).toEqual(readApart)
})

test('every list takes a limit and a cursor and answers items', () => {
  const odd = lists.filter(({ operation }) => {
    const asked = Object.keys(operation.query?.properties ?? {})
    return !(asked.includes('limit') && asked.includes('cursor') && 'items' in fieldsOf(operation))
  })
  expect(odd.map(({ at }) => at)).toEqual([])
})

test('what creates an order, a payment, a refund or a shipment needs an idempotency key', () => {
  const required = writes.filter(({ operation }) => operation.idempotencyKey === 'required').map(({ at }) => at)
  expect(required).toEqual(
    expect.arrayContaining([
      'order.placeOrder',
      'payment.createPayment',
      'payment.refundPayment',
      'shipping.createShipment',
    ]),
  )
})

test('every parameter of a path is text of a known form or length', () => {
  const open = operations.flatMap(({ at, operation: { params } }) =>
    Object.entries(params)
      .filter(([, schema]) => !('format' in schema || 'pattern' in schema || 'maxLength' in schema || 'enum' in schema))
      .map(([name]) => `${at}: ${name}`),
  )
  expect(open).toEqual([])
})

test('every path for clients is versioned, and its parameters are in camelCase, perhaps with an action at the end', () => {
  const paths = catalogue
    .flatMap(({ operations: routes }) => Object.values(routes))
    .flatMap(({ kind, path }) => (kind === 'mount' || isInternalPath(path) ? [] : [path]))
  expect(
    paths.filter((path) => !/^\/api\/v\d+(\/([a-z][a-z0-9-]*|\{[a-z][A-Za-z]*\}))+(:[a-z]+)?$/.test(path)),
  ).toEqual([])
})

test('what is shared is a public GET that says how long it may be kept', () => {
  const shared = operations.filter(({ operation }) => operation.sharedWith !== undefined)
  expect(shared.length).toBeGreaterThan(3)
  const wrong = shared.filter(
    ({ operation: { method, permission, cacheControl = '' } }) =>
      method !== 'GET' || permission !== 'public' || !/^public, max-age=\d+/.test(cacheControl),
  )
  expect(wrong.map(({ at }) => at)).toEqual([])
  const known = new Set<string>(permissions)
  const exceptions = shared.flatMap(({ operation: { sharedWith } }) =>
    typeof sharedWith === 'object' ? [sharedWith.exceptWhoMay] : [],
  )
  expect(exceptions.filter((permission) => !known.has(permission))).toEqual([])
})

test('no idempotency key is kept for a password, whose fast hash would stand beside it, nor for what anybody may ask', () => {
  const secret = /"\w*(password|otp|secret)"/i
  const keyed = writes.filter(({ operation }) => operation.idempotencyKey !== 'none')
  const odd = keyed.filter(
    // all who have not signed in would share one space of keys
    ({ operation }) => operation.permission === 'public' || secret.test(JSON.stringify(operation.body ?? {})),
  )
  expect(odd.map(({ at }) => at)).toEqual([])
})
