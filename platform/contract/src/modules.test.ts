import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { event } from './events.ts'
import { withoutLeftOut, withoutModule } from './modules.ts'
import { get } from './operations.ts'
import { describeService } from './service.ts'

const read = { summary: 'Read', permission: 'public', owner: 'none', answers: { 200: Type.Object({}) } } as const
const teaSold = event('tea.sold', '1.0.0', Type.Object({}))

const tea = describeService({
  name: 'tea',
  port: 1,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: {},
  operations: { listTeas: get('/api/v1/teas', read), listStamps: get('/api/v1/stamps', read) },
  consumes: { teaSold },
  tasks: { brew: { payload: Type.Object({}) }, 'expire-stamps': { payload: Type.Object({}) } },
  personalData: { cups: 'to serve them', stamps: 'to count them' },
  modules: {
    stamps: {
      operations: ['listStamps'],
      consumes: ['teaSold'],
      tasks: ['expire-stamps'],
      personalData: ['stamps'],
    },
  },
})

test('a contract without a module declares nothing of the module, and everything else', () => {
  const plain = withoutModule(tea, 'stamps')
  expect(Object.keys(plain.operations)).toEqual(['listTeas'])
  expect(plain.consumes).toEqual({})
  expect(Object.keys(plain.tasks)).toEqual(['brew'])
  expect(plain.personalData).toEqual({ cups: 'to serve them' })
  expect(Object.keys(tea.operations)).toEqual(['listTeas', 'listStamps'])
})

test('only the handlers of the module are left out', () => {
  const bindings = {
    operations: { listTeas: 1, listStamps: 2 },
    consumes: { teaSold: 3 },
    tasks: { brew: 4, 'expire-stamps': 5, undeclared: 6 },
    personalData: { erase: 7 },
  }
  expect(withoutLeftOut(withoutModule(tea, 'stamps'), bindings)).toEqual({
    operations: { listTeas: 1 },
    consumes: {},
    tasks: { brew: 4, undeclared: 6 },
    personalData: { erase: 7 },
  })
  expect(withoutLeftOut(tea, bindings)).toEqual(bindings)
})

test('refuses to leave out a module that the contract does not have, or that is left out already', () => {
  expect(() => withoutModule(tea, 'cups')).toThrow('the contract of tea has no module cups')
  expect(() => withoutModule(withoutModule(tea, 'stamps'), 'stamps')).toThrow('has no module stamps')
})

test('refuses a module that names what the contract does not declare', () => {
  const wrong = { ...tea, modules: { cups: { tasks: ['wash'] } } }
  expect(() => withoutModule(wrong, 'cups')).toThrow('the module cups of tea names wash, which is not in tasks')
})
