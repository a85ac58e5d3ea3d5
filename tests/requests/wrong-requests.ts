import type { OutgoingHttpHeaders } from 'node:http'
import type { TSchema } from 'typebox'
import { bodyLimitOf, type UploadBody } from '@stoa/contract'
import type { Expected } from './problems.ts'
import { isConditional, isOperation, parametersOf, pathOf, type DeclaredRoute } from './declared-routes.ts'
import { Check } from 'typebox/schema'
import { sampleFor, uploadOf } from './uploads.ts'
import { wholeValueOf, type Meanings, type Node } from './valid-values.ts'
import { pointerOf, wrongValuesOf } from './wrong-values.ts'

/** A request that is wrong in one way, and what it should be answered with. */
export interface WrongRequest extends Expected {
  readonly what: string
  readonly path: string
  readonly headers: OutgoingHttpHeaders
  readonly body: unknown
}

/** A request to a route that the door takes: nothing at its path need be there. */
export interface Taken {
  readonly params: Readonly<Record<string, string>>
  readonly query: string
  readonly headers: OutgoingHttpHeaders
  readonly body: string | Buffer | undefined
}

/** A request to a route that is well-formed and right by the schemas. */
export function takenRequest(each: DeclaredRoute, headers: OutgoingHttpHeaders, meanings: Meanings): Taken {
  const { route } = each
  const body = bodyOf(each)
  const upload = uploadOf(each)
  const file = upload === undefined ? undefined : sampleFor(upload)
  const whole = route.query === undefined ? {} : (wholeValueOf(route.query, meanings) as Record<string, unknown>)
  // An example is a period, say, whose end comes after its beginning: half of it could be too long.
  const { query: example } = each.service.examples[each.at.slice(each.service.name.length + 1)] ?? {}
  const exemplary = (example ?? {}) as Readonly<Record<string, unknown>>
  const required = (route.query?.required ?? []) as readonly string[]
  const names = required.length === 0 ? [] : new Set([...required, ...Object.keys(exemplary)])
  const query = [...names].flatMap((name) =>
    [exemplary[name] ?? whole[name]].flat().map((item) => `${name}=${encodeURIComponent(String(item))}`),
  )
  return {
    params: Object.fromEntries(
      Object.entries(route.params).map(([name, schema]) => [name, String(wholeValueOf(schema))]),
    ),
    query: query.length === 0 ? '' : `?${query.join('&')}`,
    headers: {
      ...headers,
      ...(file === undefined ? {} : { 'content-type': file.mediaType }),
      'idempotency-key': crypto.randomUUID(),
      ...(isConditional(each) ? { 'if-match': '*' } : {}),
    },
    body: body === undefined ? file?.bytes : JSON.stringify(wholeValueOf(body, meanings)),
  }
}

/** Every way in which a request to a route can be wrong, by what the contract says of it. */
export function wrongRequestsOf(each: DeclaredRoute, taken: Taken, meanings: Meanings): WrongRequest[] {
  const change: Change = (what, expected, changes) => {
    // A key of its own: several go out at once.
    const keyed = { ...taken.headers, 'idempotency-key': crypto.randomUUID() }
    const { params, query, headers, body } = { ...taken, headers: keyed, ...changes }
    return { what, ...expected, path: pathOf(each.route, params) + query, headers, body }
  }
  return [
    ...wrongPaths(each, change),
    ...wrongQueries(each, taken, change),
    ...(isOperation(each) ? [...wrongHeaders(each, taken, change), ...wrongBodies(each, taken, meanings, change)] : []),
  ]
}

interface Changes extends Partial<Omit<Taken, 'body'>> {
  readonly body?: unknown
}

type Change = (what: string, expected: Expected, changes: Changes) => WrongRequest

function bodyOf(each: DeclaredRoute): TSchema | undefined {
  return isOperation(each) ? each.route.body : undefined
}

/** What names nothing: 404, or 400 where the path cannot be read at all. */
function wrongPaths({ route }: DeclaredRoute, change: Change): WrongRequest[] {
  const texts = [
    '%00',
    'a%00b',
    '%zz',
    '%ff%fe',
    '%ed%a0%80',
    '%2f',
    '..%2f..%2fetc%2fpasswd',
    '%0d%0aX-Bad:1',
    "'%20or%20'1'='1",
    '%7Bid%7D',
    'null',
    '*',
    'x'.repeat(300),
    'x'.repeat(3_000),
    '%F0%9F%AB%96'.repeat(40),
  ]
  return parametersOf(route.path).flatMap((name) => {
    const schema = route.params[name] as Node
    const isFree = schema.format === undefined && schema.pattern === undefined
    const ids = isFree ? [] : ['17', '-1', '0190b6f0-0000-7000-8000', '{0190b6f0-0000-7000-8000-000000000000}']
    const names = [...texts, ...ids].filter((text) => isFree || !Check(schema, text))
    return names.map((text) =>
      // what is not one of ours is still a name where any text is: 401, 403 and 422 are the handler's
      change(
        `${name} is ${text.slice(0, 40)}`,
        { statuses: isFree ? [400, 401, 403, 404, 414, 422] : [400, 404, 414] },
        {
          params: { [name]: text, ...others(route, name) },
        },
      ),
    )
  })
}

function others(route: DeclaredRoute['route'], name: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(route.params).flatMap(([other, schema]) =>
      other === name ? [] : [[other, String(wholeValueOf(schema))]],
    ),
  )
}

function wrongQueries({ route }: DeclaredRoute, taken: Taken, change: Change): WrongRequest[] {
  const { query: schema } = route
  if (schema === undefined) return []
  const fields = Object.entries((schema.properties ?? {}) as Record<string, Node>)
  const required = (schema.required ?? []) as readonly string[]
  const setTo = (name: string, value: string): string => {
    const given = new URLSearchParams(taken.query)
    given.delete(name)
    return `?${given.toString()}&${name}=${value}`
  }
  const invalid = (name: string) => ({ statuses: [422], pointer: pointerOf([name]) })
  return [
    change('an unknown parameter', invalid('unheardOf'), { query: setTo('unheardOf', '1') }),
    change('a parameter of objects', invalid('__proto__'), { query: setTo('__proto__', '1') }),
    change('malformed percent-encoding', { statuses: [400] }, { query: setTo('a', '%zz') }),
    change('NUL', { statuses: [400] }, { query: setTo('a', '%00') }),
    change('two thousand parameters', { statuses: [400] }, { query: `?${'a=1&'.repeat(2_000)}` }),
    ...required.map((name) => change(`${name} is missing`, invalid(name), { query: '' })),
    ...fields.flatMap(([name, field]) =>
      wrongParameters(name, field).map((text) =>
        change(`${name} is ${text.slice(0, 40)}`, invalid(name), { query: setTo(name, text) }),
      ),
    ),
    ...(fields.some(([name]) => name === 'cursor') ? oddCursors : []).map((text) =>
      // only the handler knows; it may look for what is at the path first
      change(
        `the cursor ${text}`,
        { statuses: route.path.includes('{') ? [404, 422] : [422], pointer: '/cursor' },
        {
          query: setTo('cursor', text),
        },
      ),
    ),
    ...fields
      .filter(([, field]) => field.type !== 'array')
      .map(([name]) => change(`${name} twice`, invalid(name), { query: `${setTo(name, '1')}&${name}=2` })),
  ]
}

/** Texts that a query parameter does not take. */
function wrongParameters(name: string, field: Node): string[] {
  const one = field.type === 'array' ? (field.items ?? {}) : field
  const long = one.maxLength === undefined ? [] : ['x'.repeat(one.maxLength + 1)]
  if (name === 'cursor') return long
  if (one.enum !== undefined || one.format !== undefined) return ['unheard-of', '', '%F0%9F%AB%96']
  if (one.type === 'boolean') return ['yes', '', '1', 'TRUE']
  if (one.type !== 'integer') {
    const { pattern } = one
    const isWrong = (text: string) => !new RegExp(pattern ?? '', 'u').test(decodeURIComponent(text))
    return [...long, ...['%3F!', '%20'].filter(isWrong)]
  }
  const { minimum, maximum } = one
  return [
    ...['', 'x', '1.5', '1e2', '0x10', '%2B1', ' 1', '1,2', 'NaN', '99999999999999999999'].map(encodeURI),
    ...(minimum === undefined ? [] : [String(minimum - 1)]),
    ...(maximum === undefined ? [] : [String(maximum + 1)]),
  ]
}

const oddCursors = [
  '',
  'x',
  '%20',
  '17',
  ...['null', '{}', '[]', '-1.5', '[{}]', '{"id":"x"}', '{"id":{"a":1}}'].map(encoded),
]

function encoded(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function wrongHeaders(each: DeclaredRoute, { headers }: Taken, change: Change): WrongRequest[] {
  const { route } = each
  if (route.kind !== 'operation') return []
  const { 'idempotency-key': _, ...withoutKey } = headers
  const keys = route.idempotencyKey === 'none' ? [] : ['""', 'a b', '"a', 'x'.repeat(256), '"\\x"', 'ключ']
  const { 'if-match': _match, ...withoutMatch } = headers
  const tags = isConditional(each) ? ['1', '"1', 'x', '"a", "b"', '" "'] : []
  return [
    ...keys.map((key) =>
      change(
        `the key ${key.slice(0, 20)}`,
        { statuses: [400] },
        {
          headers: { ...headers, 'idempotency-key': Buffer.from(key).toString('latin1') },
        },
      ),
    ),
    ...(route.idempotencyKey === 'required' ? [change('no key', { statuses: [400] }, { headers: withoutKey })] : []),
    ...tags.map((tag) => change(`If-Match: ${tag}`, { statuses: [400] }, { headers: { ...headers, 'if-match': tag } })),
    ...(isConditional(each)
      ? [
          change('no If-Match', { statuses: [428] }, { headers: withoutMatch }),
          change('a weak If-Match', { statuses: [412] }, { headers: { ...headers, 'if-match': 'W/"1"' } }),
        ]
      : []),
  ]
}

function wrongBodies(each: DeclaredRoute, taken: Taken, meanings: Meanings, change: Change): WrongRequest[] {
  const { method } = each.route
  if (method === 'GET') return []
  const body = bodyOf(each)
  const upload = uploadOf(each)
  if (upload !== undefined) return wrongUploads(upload, taken, change)
  if (body === undefined) {
    // a DELETE or a POST without a body takes none
    return [change('a body where none is taken', { statuses: [422], pointer: '' }, { body: '{"unheardOf":1}' })]
  }
  const good = wholeValueOf(body, meanings)
  const type = (value: string | undefined) => ({ headers: { ...taken.headers, 'content-type': value } })
  const typed = ['text/plain', 'application/xml', 'multipart/form-data', 'application/json;charset=latin1', 'x']
  const otherJson = method === 'PATCH' ? 'application/json' : 'application/merge-patch+json'
  const deep = `{"a":${'['.repeat(70)}${']'.repeat(70)}}`
  const limitBytes = bodyLimitOf(each.route)
  const bottomless = '['.repeat(limitBytes / 2) + ']'.repeat(limitBytes / 2)
  return [
    ...malformedBodies('~optional' in body).map(([what, text]) => change(what, { statuses: [400] }, { body: text })),
    ...[...typed, otherJson].map((value) => change(`of type ${value}`, { statuses: [415] }, type(value))),
    change('compressed', { statuses: [415] }, { headers: { ...taken.headers, 'content-encoding': 'gzip' } }),
    change('over its limit', { statuses: [413] }, { body: Buffer.alloc(limitBytes + 1, ' ') }),
    change('seventy deep', { statuses: [422] }, { body: deep }),
    change('as deep as its limit lets it be', { statuses: [422] }, { body: bottomless }),
    ...wrongValuesOf(body, good).map(({ what, text, pointer }) =>
      change(what, { statuses: [422], pointer }, { body: text }),
    ),
  ]
}

/** An upload is refused by its headers or its first bytes. */
function wrongUploads({ mediaTypes }: UploadBody, taken: Taken, change: Change): WrongRequest[] {
  const typed = (type: string) => ({ ...taken.headers, 'content-type': type })
  return [
    change('of a type that is not taken', { statuses: [415] }, { headers: typed('image/svg+xml'), body: '<svg/>' }),
    change(
      'compressed',
      { statuses: [415] },
      { headers: { ...typed(mediaTypes[0] ?? ''), 'content-encoding': 'gzip' }, body: 'x' },
    ),
    ...mediaTypes
      .filter((type) => !type.startsWith('text/'))
      .map((type) =>
        change(`that is not ${type}`, { statuses: [422] }, { headers: typed(type), body: 'no such content at all' }),
      ),
  ]
}

function malformedBodies(isOptional: boolean): [string, string | Buffer][] {
  return [
    ['that breaks off', '{"a":'],
    ['with a comma too many', '{"a":1,}'],
    ['in single quotes', "{'a':1}"],
    ['that is no JSON', 'a=1&b=2'],
    ['that is NaN', 'NaN'],
    ['with a byte order mark in the middle', '{\ufeff"a":1}x'],
    ['that is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['that names __proto__', '{"__proto__":{"isAdmin":true}}'],
    ['that names constructor.prototype', '{"constructor":{"prototype":{"isAdmin":true}}}'],
    ...(isOptional ? [] : ([['that is empty', '']] as [string, string][])),
  ]
}
