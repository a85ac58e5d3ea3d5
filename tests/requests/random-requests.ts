import type { UploadBody } from '@stoa/contract'
import fc from 'fast-check'
import type { TSchema } from 'typebox'
import { isOperation, parametersOf, pathOf, type DeclaredRoute } from './declared-routes.ts'
import type { Sent } from './send.ts'
import { sampleFor, uploadOf } from './uploads.ts'
import { valuesOf, type Meanings, type Node } from './valid-values.ts'

/** What a random request is made from: who sends it, and ids of things that are there. */
export interface RandomParts {
  readonly token: string
  readonly ids: readonly string[]
  /** One that does what the route is for; undefined where there is none. */
  readonly goodBody: unknown
  readonly meanings: Meanings
}

const strangeTexts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('\0', '\ud800', '__proto__', '%', "'; drop table users; --", '1e309', '-0', '٣', '', 'null', '=1+1'),
)
const strangeValues = fc.oneof(
  strangeTexts,
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom(null, true, 2 ** 63, 1e300, -1, [], {}, '0190b6f0-0000-7000-8000-000000000000'),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Mostly the usual, so that most requests get past the door and reach the handler and its database. */
function mostly<T>(usual: fc.Arbitrary<T>, others: fc.Arbitrary<T>, weight = 5): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: others })
}

/** What would end everybody's session, or change what everybody pays. */
const reachesEverybody = /"(isCompromised|isActive)":true/

/** Requests to a route: some good, some wrong in places, some nothing but noise. */
export function randomRequests(
  each: DeclaredRoute,
  { token, ids, goodBody, meanings }: RandomParts,
): fc.Arbitrary<Sent> {
  const { route } = each
  const upload = uploadOf(each)
  const names = parametersOf(route.path)
  const params = names.map((name, index) => {
    const existing = fc.constant(ids[index] ?? '')
    const named = valuesOf(route.params[name] as TSchema).map((value) => encodeURIComponent(String(value)))
    const strange = strangeTexts.map((text) => encodeURIComponent(text.toWellFormed()))
    return fc.oneof({ weight: 4, arbitrary: existing }, { weight: 2, arbitrary: named }, strange)
  })
  return fc
    .record({
      params: fc.tuple(...params),
      query: queriesOf(route.query as TSchema | undefined, meanings),
      headers: mostly(fc.constant({}), headers),
      key: fc.uuid(),
      body:
        isOperation(each) && route.method !== 'GET'
          ? upload === undefined
            ? bodiesOf(each.route.body, goodBody, meanings)
            : filesOf(upload)
          : fc.constant(undefined),
    })
    .map(({ params: texts, query, headers: strange, key, body }) => {
      const json = route.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
      const type = upload === undefined ? json : sampleFor(upload).mediaType
      const usual = { authorization: `Bearer ${token}`, 'content-type': type, 'idempotency-key': key, 'if-match': '*' }
      const path = pathOf(route, Object.fromEntries(names.map((name, index) => [name, String(texts[index])])))
      return { method: route.method, path: path + query, headers: { ...usual, ...strange }, body }
    })
    .filter(({ body }) => !reachesEverybody.test(String(body)))
}

/** A file that is taken, the same cut off or with other bytes, and noise. */
function filesOf(upload: UploadBody): fc.Arbitrary<Buffer | undefined> {
  const { bytes } = sampleFor(upload)
  const noise = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each))
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(bytes) },
    { weight: 2, arbitrary: fc.nat(bytes.length).map((end) => bytes.subarray(0, end)) },
    { weight: 2, arbitrary: noise.map((each) => Buffer.concat([bytes.subarray(0, 16), each])) },
    noise,
    fc.constant(undefined),
  )
}

function bodiesOf(
  schema: TSchema | undefined,
  goodBody: unknown,
  meanings: Meanings,
): fc.Arbitrary<string | Buffer | undefined> {
  const noise = fc.oneof(
    strangeValues.map((value) => JSON.stringify(value) ?? 'null'),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(undefined),
  )
  if (schema === undefined) return mostly(fc.constant(undefined), noise)
  // what is right by its schema alone names things that are not there
  const values = valuesOf(schema, meanings)
  const good = goodBody === undefined ? values : fc.oneof({ weight: 2, arbitrary: fc.constant(goodBody) }, values)
  const spoilt = fc
    .tuple(good, strangeValues, fc.nat(), strangeTexts)
    .map(([value, strange, at, name]) => JSON.stringify(spoil(value, at, strange, name)) ?? 'null')
  const cut = good.map((value) => JSON.stringify(value).slice(0, -1))
  return fc.oneof(
    { weight: 4, arbitrary: good.map((value) => JSON.stringify(value)) },
    { weight: 5, arbitrary: spoilt },
    { weight: 1, arbitrary: cut },
    { weight: 1, arbitrary: noise },
  )
}

/** The value with one of its fields, or a field of its own, set to something strange. */
function spoil(value: unknown, at: number, strange: unknown, name: string): unknown {
  if (Array.isArray(value)) return [...value.slice(1), value.length > 0 ? spoil(value[0], at, strange, name) : strange]
  if (typeof value !== 'object' || value === null) return strange
  const fields = Object.keys(value)
  const index = at % (fields.length + 1)
  const field = fields[index]
  if (field === undefined) return { ...value, [name]: strange }
  const inner = (value as Record<string, unknown>)[field]
  return { ...value, [field]: at % 2 === 0 ? strange : spoil(inner, Math.floor(at / 2), strange, name) }
}

function asNode(schema: TSchema | undefined): Node {
  return schema ?? {}
}

function queriesOf(schema: TSchema | undefined, meanings: Meanings): fc.Arbitrary<string> {
  const pairs = (values: object) =>
    Object.entries(values)
      .flatMap(([name, value]) =>
        [value].flat().map((item) => `${name}=${encodeURIComponent(String(item).toWellFormed())}`),
      )
      .join('&')
  const named = Object.keys(asNode(schema).properties ?? {})
  const strange = fc
    .dictionary(fc.constantFrom('unheardOf', 'limit', 'cursor', ...named), strangeTexts, { maxKeys: 3 })
    .map(pairs)
  const good =
    schema === undefined ? fc.constant('') : valuesOf(schema, meanings).map((value) => pairs(value as object))
  return mostly(good, strange, 2).map((text) => (text === '' ? '' : `?${text}`))
}

const headers = fc.record(
  {
    'if-match': fc.constantFrom('"1"', '*', 'W/"1"', 'x', '"999999999999"', '"a"', '""', '"-1"', '"1e3"'),
    'if-none-match': fc.constantFrom('"1"', '*', '""', ',', 'W/"x"'),
    'idempotency-key': fc.constantFrom('a', '"a"', '', ' ', '"', 'x'.repeat(300)),
    prefer: fc.constantFrom('wait=0', 'wait=x', 'respond-async', 'wait="0"', ';;,,', 'wait=-1'),
    'content-type': fc.constantFrom('application/json', 'application/merge-patch+json', 'text/plain', ';', '/'),
    'x-request-deadline': fc.constantFrom('x', '99999999999999', '-1'),
    'x-request-id': fc.constantFrom('a b', '', 'x'.repeat(300), '<script>'),
    'x-forwarded-for': fc.constantFrom('1.2.3.4', ',,,', 'x'.repeat(300)),
    traceparent: fc.constantFrom('00-x', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`, '', 'ff-'),
    'last-event-id': fc.constantFrom('x', '-1', '1', '99999999999999999999'),
    'x-provider-signature': fc.constantFrom('x', ''),
    accept: fc.constantFrom('text/html', '*/*;q=x', ''),
  },
  { requiredKeys: [] },
)
