import type { InstanceState, ServiceState } from '@stoa/contracts/gateway/operating'
import { expect, test } from 'vitest'
import { hasProblem, instancesOf, reasonOf, worstFirst } from './service-states.ts'

const instance = (id: string, more: Partial<InstanceState> = {}): InstanceState => ({
  id,
  state: 'up',
  isDrained: false,
  broken: [],
  breakers: [],
  ...more,
})
const service = (name: string, state: ServiceState['state'], ...instances: InstanceState[]): ServiceState => ({
  service: name,
  state,
  instances,
})
const refused: Partial<InstanceState> = { state: 'down', broken: [{ name: 'database', reason: 'refused' }] }

test('the worst is first', () => {
  const services = [service('a', 'up'), service('b', 'degraded'), service('c', 'down'), service('d', 'up')]
  expect(worstFirst(services).map((each) => each.service)).toEqual(['c', 'b', 'a', 'd'])
})

test('says why a service is not up', () => {
  expect(reasonOf(service('a', 'down'))).toBe('no instance is registered')
  expect(reasonOf(service('a', 'down', instance('a-1', refused)))).toBe('database: refused')
  expect(reasonOf(service('a', 'down', instance('a-1'), instance('a-2', refused)))).toBe('a-2: database: refused')
})

test('a circuit breaker that is not closed is a problem', () => {
  const open = service('a', 'up', instance('a-1', { breakers: ['orders: half_open'] }))
  expect([hasProblem(open), reasonOf(open)]).toEqual([true, 'circuit breaker orders: half open'])
  expect(hasProblem(service('a', 'up', instance('a-1')))).toBe(false)
})

test('counts the instances that respond', () => {
  expect(instancesOf(service('a', 'down', instance('a-1'), instance('a-2', refused)))).toBe('1 of 2')
  expect(instancesOf(service('a', 'up', instance('a-1', { isDrained: true })))).toBe('1 of 1, 1 drained')
})
