import { describeService, get, MoneySchema, type Graph, type Service } from '@stoa/contract'
import { catalogue } from '@stoa/contracts/catalogue'
import { printSchema, printType, validateSchema } from 'graphql'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { makeSchema } from './make-schema.ts'

const Pot = Type.Object({
  id: Type.String({ format: 'uuid' }),
  size: Type.Enum(['small', 'large']),
  grams: Type.Integer({ minimum: 0, maximum: 1_000 }),
  price: Type.Optional(MoneySchema),
  label: Type.Object({ text: Type.String() }),
  extra: Type.Record(Type.String(), Type.Number()),
})
const operations = {
  getPot: get('/api/v1/pots/{id}', {
    params: { id: Pot.properties.id },
    summary: 'Read a pot',
    permission: 'public',
    owner: 'none',
    answers: { 200: Pot },
  }),
  listPots: get('/api/v1/pots', {
    summary: 'List pots',
    permission: 'public',
    owner: 'none',
    query: Type.Object({ limit: Type.Optional(Type.Integer({ maximum: 9 })), size: Pot.properties.size }),
    answers: { 200: Type.Object({ items: Type.Array(Pot), nextCursor: Type.Optional(Type.String()) }) },
  }),
}

function serviceWith(graph: Partial<Graph>): Service {
  return describeService({
    name: 'kitchen',
    port: 1,
    owner: 'tests',
    slo: { availability: 0.9, p99Ms: 1, errorRate: 0.1 },
    errors: {},
    operations,
    personalData: 'none',
    graph: {
      types: { Pot, PotSize: Pot.properties.size },
      queries: { pot: { operation: 'getPot' } },
      relations: {},
      ...graph,
    },
  })
}

test('the schema of the shop is valid', () => {
  expect(validateSchema(makeSchema(catalogue))).toEqual([])
})

test('types, arguments and nullability are those of the contract', () => {
  const schema = makeSchema([
    serviceWith({ queries: { pot: { operation: 'getPot' }, pots: { operation: 'listPots' } } }),
  ])
  const text = printSchema(schema).replaceAll(/"""[^"]*"""\n\s*/g, '')
  expect(text).toContain('pot(id: ID!): Pot\n')
  expect(text).toContain('pots(limit: WholeNumber, size: PotSize!): PotPage\n')
  const pot = schema.getType('Pot')
  expect(pot === undefined ? '' : printType(pot).replaceAll(/\s*"""[^"]*"""/g, '')).toBe(
    [
      'type Pot {',
      '  id: ID!',
      '  size: PotSize!',
      '  grams: Int!',
      '  price: PotPrice',
      '  label: PotLabel!',
      '  extra: JSON!',
      '}',
    ].join('\n'),
  )
})

test('a relation to a service that is not part of the system is left out', () => {
  const relations = { Pot: { maker: { service: 'workshop', operation: 'getMaker', with: { id: 'id' } } } }
  expect(printSchema(makeSchema([serviceWith({ relations })]))).not.toContain('maker')
})

test.each([
  ['an unknown operation', { queries: { pot: { operation: 'getPan' } } }, 'kitchen.getPan is not a read operation'],
  ['an unknown type', { relations: { Pan: {} } }, 'relations of Pan, which is not a named type'],
  [
    'an unknown field',
    { relations: { Pot: { same: { operation: 'getPot', with: { id: 'no' } } } } },
    'Pot has no field no',
  ],
  [
    'an unknown parameter',
    { relations: { Pot: { same: { operation: 'getPot', with: { no: 'id' } } } } },
    'kitchen.getPot has no parameter no',
  ],
  [
    'a field that is there',
    { relations: { Pot: { size: { operation: 'getPot', with: { id: 'id' } } } } },
    'Pot.size is',
  ],
])('%s is refused', (_what, graph, message) => {
  expect(() => makeSchema([serviceWith(graph)]).toConfig()).toThrow(message)
})
