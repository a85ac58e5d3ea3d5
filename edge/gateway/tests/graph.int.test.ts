import { createHash } from 'node:crypto'
import { eventually } from '@stoa/testing'
import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'

const orderId = '0198c5a0-0000-7000-8000-00000000000a'
const customerId = '0198c5a0-0000-7000-8000-000000000001'
let gateway: GatewayUnderTest

interface SentRead {
  readonly operation: string
  readonly params: Readonly<Record<string, string>>
  readonly search: string
}

/** What the services answer to a read: a body, or a problem. */
type Answer = (read: SentRead) => object

let answer: Answer

beforeAll(async () => {
  gateway = await gatewayUnderTest({ GRAPHQL_INTROSPECTION: 'true' })
})
beforeEach(() => {
  gateway.upstream.requests.length = 0
  answer = ({ operation }) => ({ status: 200, body: bodies[operation] ?? {} })
  gateway.upstream.answer = (_request, response) => {
    const { reads } = JSON.parse(gateway.upstream.requests.at(-1)?.body ?? '') as { reads: SentRead[] }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items: reads.map(answer) }))
  }
})
afterAll(() => gateway.stop())

const money = { amount: 499, currency: 'EUR' }
const line = {
  sku: 'TEA-GREEN-100',
  name: 'Green',
  quantity: 2,
  unitPrice: money,
  discount: money,
  tax: money,
  total: money,
}
const at = '2026-11-30T00:00:00Z'
const amounts = { subtotal: money, discount: money, tax: money, shipping: money, total: money }
const order = {
  id: orderId,
  customerId,
  status: 'confirmed',
  items: [line],
  ...amounts,
  number: 'S-1',
  createdAt: at,
  updatedAt: at,
}
const product = { id: orderId, name: 'Green tea', category: 'tea', variants: [{ sku: 'TEA-GREEN-100', name: '100 g' }] }
const bodies: Record<string, object> = {
  getOrder: order,
  listOrders: { items: [order, { ...order, id: customerId }] },
  getUser: { id: customerId, name: 'Ada' },
  getProductBySku: product,
  getProduct: product,
  getSkuPrice: { sku: 'TEA-GREEN-100', total: money },
  listShipments: {
    items: [{ id: orderId, orderId, customerId, status: 'released', carrier: 'sandbox', method: 'standard' }],
  },
}

interface Result {
  readonly status: number
  readonly type: string | null
  readonly data?: any
  readonly errors?: readonly { readonly message: string; readonly path?: unknown; readonly extensions?: any }[]
}

async function query(
  text: string,
  { token, ...more }: { token?: string; variables?: object; extensions?: object } = {},
): Promise<Result> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: text, ...more }),
  })
  return { status: response.status, type: response.headers.get('content-type'), ...((await response.json()) as object) }
}

const sentReads = () =>
  gateway.upstream.requests.flatMap(({ body }) => (JSON.parse(body) as { reads: SentRead[] }).reads)

describe('a query', () => {
  test('reads a product without a token', async () => {
    const { status, type, data, errors } = await query(`{ product(id: "${orderId}") { id name } }`)
    expect([status, type, errors]).toEqual([200, 'application/graphql-response+json; charset=utf-8', undefined])
    expect(data).toEqual({ product: { id: orderId, name: 'Green tea' } })
    expect(gateway.upstream.requests[0]).toMatchObject({ method: 'POST', url: '/internal/reads' })
    expect(gateway.upstream.requests[0]?.headers.authorization).toBeUndefined()
  })

  test('over five services makes at most one call per service and level, with the token of the caller', async () => {
    const text = `{
      me { name }
      orders(limit: 2) { items {
        id customer { name }
        shipments(limit: 1) { items { status customer { name } } }
        items { product { name variants { price(region: AT) { total { amount } } } } }
      } }
    }`.replace('region: AT', 'region: "AT"')
    const { data, errors } = await query(text, { token: 'customer-ada' })
    expect(errors).toBeUndefined()
    expect(data.orders.items[1].items[0].product.variants[0].price.total.amount).toBe(499)
    const calls = gateway.upstream.requests.map(({ body }) =>
      (JSON.parse(body) as { reads: SentRead[] }).reads
        .map(({ operation }) => operation)
        .toSorted()
        .join(' '),
    )
    // orders and the caller; then what orders lead to; then the prices. Customers of shipments are those of the orders: known.
    expect(calls.slice(0, 2).toSorted()).toEqual(['getUser', 'listOrders'])
    expect(calls.slice(2, 5).toSorted()).toEqual(['getProductBySku', 'getUser', 'listShipments listShipments'])
    expect(calls.slice(5)).toEqual(['getSkuPrice'])
    expect(new Set(gateway.upstream.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer customer-ada']),
    )
  })

  test('passes arguments and fields of the object on as parameters', async () => {
    await query(`query ($n: Int) { orders(limit: $n, status: confirmed) { items { payments { items { id } } } } }`, {
      token: 'customer-ada',
      variables: { n: 3 },
    })
    expect(sentReads()).toEqual([
      { operation: 'listOrders', params: {}, search: 'limit=3&status=confirmed' },
      { operation: 'listPayments', params: {}, search: `orderId=${orderId}` },
      { operation: 'listPayments', params: {}, search: `orderId=${customerId}` },
    ])
  })

  test('`me` is the account of the token', async () => {
    await query('{ me { name } }', { token: 'customer-ada' })
    expect(sentReads()).toEqual([{ operation: 'getUser', params: { id: 'ada' }, search: '' }])
  })

  test('whose read is refused has null there, and the code of the problem', async () => {
    answer = ({ operation }) =>
      operation === 'getUser'
        ? { status: 404, problem: { status: 404, code: 'user.not_found', detail: 'No such account.', traceId: 'f' } }
        : { status: 200, body: bodies[operation] }
    const { status, data, errors } = await query(`{ order(id: "${orderId}") { id customer { name } } }`, {
      token: 'customer-ada',
    })
    expect([status, data]).toEqual([200, { order: { id: orderId, customer: null } }])
    expect(errors).toMatchObject([
      { message: 'No such account.', path: ['order', 'customer'], extensions: { code: 'user.not_found', status: 404 } },
    ])
  })

  test('gets everything else while one service fails', async () => {
    const healthy = gateway.upstream.answer
    gateway.upstream.answer = (request, response) => {
      if (!gateway.upstream.requests.at(-1)?.body.includes('listShipments')) return healthy(request, response)
      response
        .writeHead(500, { 'content-type': 'application/problem+json' })
        .end('{"code":"service.failed","status":500}')
    }
    const { data, errors } = await query(
      `{ order(id: "${orderId}") { customer { name } shipments { items { id } } } }`,
      {
        token: 'customer-ada',
      },
    )
    expect(data).toEqual({ order: { customer: { name: 'Ada' }, shipments: null } })
    expect(errors).toMatchObject([{ path: ['order', 'shipments'], extensions: { code: 'service.failed' } }])
  })

  test('that needs a permission is refused before a service is called', async () => {
    const anonymous = await query(`{ order(id: "${orderId}") { id } }`)
    expect([anonymous.status, anonymous.data]).toEqual([200, { order: null }])
    expect(anonymous.errors).toMatchObject([{ extensions: { code: 'auth.token_missing', status: 401 } }])
    const customer = await query('{ users { items { id } } }', { token: 'customer-ada' })
    expect(customer.errors).toMatchObject([{ extensions: { code: 'auth.permission_missing', status: 403 } }])
    expect(gateway.upstream.requests).toEqual([])
  })

  test('with a token that is not valid is refused as a whole', async () => {
    const { status, ...problem } = await query('{ categories { items { name } } }', { token: 'nobody' })
    expect([status, problem]).toEqual([401, expect.objectContaining({ code: 'auth.token_invalid' })])
  })

  test('that a service does not answer in its form says that the service is unavailable', async () => {
    gateway.upstream.answer = (_request, response) => response.writeHead(200).end('{"items":[]}')
    const { errors } = await query(`{ product(id: "${orderId}") { id } }`)
    expect(errors).toMatchObject([{ extensions: { code: 'service.unavailable', status: 503 } }])
  })
})

describe('limits', () => {
  const refused = async (text: string, options = {}) => {
    const { status, errors } = await query(text, options)
    expect(gateway.upstream.requests).toEqual([])
    return [status, errors?.[0]?.extensions?.code]
  }

  test('of depth', async () => {
    const nest = (levels: number): string =>
      levels === 0 ? '{ id }' : `{ shipments(limit: 1) { items { order ${nest(levels - 1)} } } }`
    expect(await refused(`{ order(id: "${orderId}") ${nest(5)} }`)).toEqual([400, 'graph.too_deep'])
  })

  const aliases = (count: number, of: string) =>
    Array.from({ length: count }, (_, index) => `a${index}: ${of}`).join(' ')

  test('of aliases, also of what asks for the schema', async () => {
    expect(await refused(`{ ${aliases(31, `product(id: "${orderId}") { id }`)} }`)).toEqual([
      400,
      'graph.too_many_aliases',
    ])
    const text = `{ __schema { types { fields { type { ...f } } } } } fragment f on __Type { ${aliases(31, 'fields { name }')} }`
    expect(await refused(text)).toEqual([400, 'graph.too_many_aliases'])
  })

  test('of what aliases repeat in each object', async () => {
    const text = `{ orders(limit: 200) { items { items { ${aliases(20, 'name')} } } } }`
    expect(await refused(text)).toEqual([400, 'graph.too_costly'])
  })

  test('of the arguments of a field, before they are copied for each object', async () => {
    const text = `query ($r: String!) { product(id: "${orderId}") { variants { price(region: $r) { sku } } } }`
    // the second is longer as it is sent
    for (const region of ['A'.repeat(20_000), '#'.repeat(6_000)]) {
      const { errors } = await query(text, { variables: { r: region } })
      expect(errors).toMatchObject([
        { path: ['product', 'variants', 0, 'price'], extensions: { code: 'request.invalid' } },
      ])
    }
    const { errors } = await query(`{ productBySku(sku: "${'A'.repeat(3_000)}") { id } }`)
    expect(errors).toMatchObject([{ extensions: { code: 'request.invalid' } }])
    expect(sentReads().map(({ operation }) => operation)).toEqual(['getProduct', 'getProduct'])
  })

  test('of cost, by the sizes of pages, also of variables and their defaults', async () => {
    const text = (limit: string) => `orders(limit: ${limit}) { items { shipments(limit: ${limit}) { items { id } } } }`
    expect(await refused(`{ ${text('200')} }`)).toEqual([400, 'graph.too_costly'])
    expect(await refused(`query ($n: Int) { ${text('$n')} }`, { variables: { n: 200 } })).toEqual([
      400,
      'graph.too_costly',
    ])
    expect(await refused(`query ($n: Int = 200) { ${text('$n')} }`)).toEqual([400, 'graph.too_costly'])
    const { errors } = await query(`{ ${text('10')} }`, { token: 'customer-ada' })
    expect(errors).toBeUndefined()
  })

  test('of fragments that multiply', async () => {
    const fragments = Array.from(
      { length: 14 },
      (_, index) => `fragment f${index} on Order { ...f${index + 1} ... { ...f${index + 1} } }`,
    )
    const text = `{ order(id: "${orderId}") { ...f0 } } ${fragments.join(' ')} fragment f14 on Order { id }`
    expect(await refused(text)).toEqual([400, 'graph.too_costly'])
  })

  test('of tokens, before the query is checked', async () => {
    const { status, errors } = await query(`{ product(id: "${orderId}") { ${'id '.repeat(2_000)} } }`)
    expect([status, errors?.[0]?.message]).toEqual([400, expect.stringContaining('tokens')])
  })

  test('of the size of a request, and batches are refused', async () => {
    const post = (body: string) =>
      fetch(`${gateway.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect((await post(JSON.stringify({ query: `{ ${' '.repeat(140_000)} }` }))).status).toBe(413)
    expect((await post(JSON.stringify([{ query: '{ me { id } }' }]))).status).toBe(400)
    expect(gateway.upstream.requests).toEqual([])
  })

  test('of rate: a query counts, and each 25 reads of a service count again', async () => {
    const limited = await gatewayUnderTest({ RATE_LIMIT_SCALE: '1' })
    try {
      const reads = Array.from({ length: 26 }, (_, index) => `a${index}: productBySku(sku: "S${index}") { id }`)
      const response = await fetch(`${limited.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: `{ ${reads.join(' ')} }` }),
      })
      expect(response.status).toBe(200)
      const next = await fetch(`${limited.url}/graphql?query=%7B__typename%7D`, {
        headers: { accept: 'application/json' },
      })
      expect(next.headers.get('ratelimit')).toContain('r=96')
    } finally {
      await limited.stop()
    }
  })
})

describe('a persisted query', () => {
  const text = `{ product(id: "${orderId}") { name } }`
  const extensions = (hash: string) => ({ persistedQuery: { version: 1, sha256Hash: hash } })
  const hash = createHash('sha256').update(text).digest('hex')
  const byGet = (of: string) =>
    fetch(`${gateway.url}/graphql?extensions=${encodeURIComponent(JSON.stringify(extensions(of)))}`)

  test('is unknown at first, is kept when it is sent with its hash, and is then read with GET', async () => {
    expect(await (await byGet(hash)).json()).toMatchObject({
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'graph.persisted_query_unknown' } }],
    })
    expect((await query(text, { extensions: extensions(hash) })).data.product.name).toBe('Green tea')
    expect(await (await byGet(hash)).json()).toEqual({ data: { product: { name: 'Green tea' } } })
  })

  test('is refused with the hash of another', async () => {
    const { errors } = await query(`{ categories { items { name } } }`, { extensions: extensions(hash) })
    expect(errors).toMatchObject([{ extensions: { code: 'graph.persisted_query_mismatch' } }])
  })
})

test('the schema is read only where the setting allows it', async () => {
  const text = '{ __schema { queryType { name } } }'
  expect((await query(text)).data).toEqual({ __schema: { queryType: { name: 'Query' } } })
  const closed = await gatewayUnderTest()
  try {
    const response = await fetch(`${closed.url}/graphql?query=${encodeURIComponent(text)}`)
    expect(JSON.stringify(await response.json())).toContain('introspection')
  } finally {
    await closed.stop()
  }
})

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => `${gateway.url}/graphql`, fetchFn: fetch })
  test.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_name, audit) => {
    const result = await audit.fn()

    expect(result).toMatchObject({ status: 'ok' })
  })
})

describe('an aggregate', () => {
  const read = async (path: string, token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(gateway.url + path, { headers })
    const body = (await response.json()) as {
      readonly errors?: unknown
      readonly code?: string
      readonly instance?: string
    }
    return { status: response.status, type: response.headers.get('content-type'), body }
  }

  test('home shows visitors what is public, and an account its own as well', async () => {
    answer = ({ operation }) => ({
      status: 200,
      body: { listCategories: { items: [] }, listProducts: { items: [product] }, ...bodies }[operation],
    })
    const visitor = await read('/api/v1/bff/home')
    expect([visitor.status, Object.keys(visitor.body)]).toEqual([200, ['categories', 'products', 'errors']])
    const { body } = await read('/api/v1/bff/home', 'customer-ada')
    expect(Object.keys(body)).toEqual(['categories', 'products', 'me', 'orders', 'errors'])
    expect((await read('/api/v1/bff/home', 'nobody')).status).toBe(401)
  })

  test('an order page has one call per service and level; a part that fails is null with its problem', async () => {
    const problem = { status: 503, code: 'service.unavailable', detail: 'Later.', traceId: 'f' }
    answer = ({ operation }) =>
      operation === 'listPayments'
        ? { status: 503, problem }
        : {
            status: 200,
            body: { ...bodies, listInvoices: { items: [] }, getTimeline: { items: [] }, getTracking: { items: [] } }[
              operation
            ],
          }
    const { status, body } = await read(`/api/v1/bff/orders/${orderId}`, 'customer-ada')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      order: { items: [{ product: { name: 'Green tea' } }] },
      shipments: { items: [{}] },
      payments: null,
    })
    expect(body.errors).toEqual([
      { path: '/payments', code: 'service.unavailable', status: 503, detail: 'Later.', traceId: 'f' },
    ])
    const calls = gateway.upstream.requests.map(({ body: sent }) =>
      (JSON.parse(sent) as { reads: SentRead[] }).reads.map(({ operation }) => operation).join(' '),
    )
    expect(calls.toSorted()).toEqual([
      'getOrder',
      'getProductBySku',
      'getTimeline',
      'getTracking',
      'listInvoices',
      'listPayments',
      'listShipments',
    ])
  })

  test('of an order that cannot be read has the problem of the order', async () => {
    const problem = { status: 404, code: 'order.not_found', title: 'No such order', detail: 'No.', traceId: 'f' }
    answer = ({ operation }) =>
      operation === 'getOrder' ? { status: 404, problem } : { status: 200, body: { items: [] } }
    const { status, type, body } = await read(`/api/v1/bff/orders/${orderId}`, 'customer-eve')
    expect([status, type, body.code]).toEqual([404, 'application/problem+json', 'order.not_found'])
    expect(body.instance).toBe(`/api/v1/bff/orders/${orderId}`)
    expect((await read(`/api/v1/bff/orders/${orderId}`)).status).toBe(401)
  })
})

describe('a subscription', () => {
  const text = `subscription { orderEvents(id: "${orderId}") { status at } }`
  const follow = (token: string, accept = 'text/event-stream') =>
    fetch(`${gateway.url}/graphql?query=${encodeURIComponent(text)}`, {
      headers: { authorization: `Bearer ${token}`, accept },
    })
  const entry = (status: string) =>
    `id: 1\nevent: status\ndata: ${JSON.stringify({ status, at: '2026-11-30T00:00:00Z', actor: 'x' })}\n\n`

  test('is a stream of the events of the service, as the caller, until that ends', async () => {
    gateway.upstream.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`:\n\n${entry('pending')}${entry('confirmed').slice(0, 20)}`)
      setImmediate(() => response.end(entry('confirmed').slice(20)))
    }
    const response = await follow('customer-ada')
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    const next = (status: string) =>
      `event: next\ndata: ${JSON.stringify({ data: { orderEvents: { status, at: '2026-11-30T00:00:00Z' } } })}\n\n`
    expect(await response.text()).toBe(`${next('pending')}${next('confirmed')}event: complete\ndata:\n\n`)
    expect(gateway.upstream.requests).toMatchObject([
      { method: 'GET', url: `/api/v1/orders/${orderId}/events`, headers: { authorization: 'Bearer customer-ada' } },
    ])
  })

  test('that the service refuses has the code of the problem, and no stream', async () => {
    gateway.upstream.answer = (_request, response) =>
      response
        .writeHead(404, { 'content-type': 'application/problem+json' })
        .end('{"status":404,"code":"order.not_found","detail":"No."}')
    const response = await follow('customer-eve')
    expect(await response.json()).toMatchObject({
      errors: [{ message: 'No.', extensions: { code: 'order.not_found' } }],
    })
  })

  test('without a token, or not as a stream, reaches no service; nor does an id that leads to another path', async () => {
    expect(await (await follow('customer-ada', 'application/json')).json()).toMatchObject({
      errors: [{ message: expect.stringContaining('text/event-stream') }],
    })
    const open = (query: string) =>
      fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { accept: 'text/event-stream' } })
    expect(await (await open(text)).json()).toMatchObject({ errors: [{ extensions: { code: 'auth.token_missing' } }] })
    expect(await (await open('{ categories { items { name } } }')).json()).toMatchObject({ errors: [{}] })
    const above = await fetch(
      `${gateway.url}/graphql?query=${encodeURIComponent('subscription { orderEvents(id: "..") { status } }')}`,
      {
        headers: { authorization: 'Bearer customer-ada', accept: 'text/event-stream' },
      },
    )
    expect(await above.json()).toMatchObject({ errors: [{ extensions: { code: 'request.path_unknown' } }] })
    expect(gateway.upstream.requests).toEqual([])
  })

  test('ends at the service when the client leaves, and gives its place back', async () => {
    const { promise: left, resolve } = Promise.withResolvers<void>()
    gateway.upstream.answer = (request, response) => {
      request.socket.once('close', resolve)
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(entry('pending'))
    }
    const leaving = new AbortController()
    const response = await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(text)}`, {
      headers: { authorization: 'Bearer customer-ada', accept: 'text/event-stream' },
      signal: leaving.signal,
    })
    await response.body?.getReader().read()
    leaving.abort()
    await left
    await eventually(async () => {
      const streams = (await gateway.bulkheads()).at(-1)
      expect(streams).toMatchObject({ name: 'streams', active: 0 })
    })
  })
})
