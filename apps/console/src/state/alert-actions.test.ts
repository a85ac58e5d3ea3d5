import { expect, test } from 'vitest'
import { conditionsOf, silenceScopesOf } from './alert-actions.ts'

test('a silence is offered for the alert, for its rule and for its service', () => {
  const labels = { alertname: 'DeadLetters', job: 'order', severity: 'ticket' }
  const scopes = silenceScopesOf({ name: 'DeadLetters', labels })
  expect(scopes.map(({ name, matchers }) => [name, conditionsOf(matchers)])).toEqual([
    ['alert', 'alertname="DeadLetters", job="order", severity="ticket"'],
    ['rule', 'alertname="DeadLetters", job="order"'],
    ['service', 'job="order"'],
  ])
})

test('names the service by its own label, and omits it if the alert has no such label', () => {
  const named = silenceScopesOf({ name: 'High', labels: { alertname: 'High', service: 'search', job: 'gateway' } })
  expect(named.map(({ label }) => label)).toEqual(['This alert', 'Every High of search', 'Every alert of search'])
  expect(named.map(({ matchers }) => matchers.length)).toEqual([3, 2, 1])
  expect(silenceScopesOf({ name: 'Any', labels: { alertname: 'Any' } }).map(({ label }) => label)).toEqual([
    'This alert',
    'Every Any',
  ])
})

test('a silence of one alert has at most the ten conditions that monitoring takes, the name and the service among them', () => {
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`label${at}`, 'x']))
  const [one] = silenceScopesOf({ name: 'Any', labels: { ...many, job: 'order', alertname: 'Any' } })
  expect(one?.matchers.slice(0, 2).map(({ name }) => name)).toEqual(['alertname', 'job'])
  expect(one?.matchers).toHaveLength(10)
})
