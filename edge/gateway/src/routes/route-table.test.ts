import { catalogue } from '@stoa/contracts/catalogue'
import { expect, test } from 'vitest'
import { routesOf } from './route.ts'
import { makeRouteTable } from './route-table.ts'

const table = makeRouteTable(routesOf(catalogue))
const nameOf = (method: string, path: string) => {
  const match = table.match(method, path)
  return match.kind === 'route' ? `${match.route.service}.${match.route.name}` : match.kind
}

test('a path with its method is found, literals before parameters', () => {
  expect(nameOf('GET', '/api/v1/orders/0192')).toBe('order.getOrder')
  expect(nameOf('POST', '/api/v1/orders')).toBe('order.placeOrder')
  expect(nameOf('GET', '/api/v1/users/search')).toBe('user.searchUsers')
  expect(nameOf('GET', '/api/v1/users/0192')).toBe('user.getUser')
})

test('one path tree is shared by the services that serve it', () => {
  expect(nameOf('GET', '/api/v1/users/0192/orders')).toBe('order.listUserOrders')
  expect(nameOf('GET', '/api/v1/users/0192/notifications')).toBe('notification.listNotifications')
})

test('a mount takes all that is below it', () => {
  expect(nameOf('POST', '/oauth2/token')).toMatch(/^auth\./)
  expect(nameOf('GET', '/oauth2/jwks')).toMatch(/^auth\./)
})

test('a wrong method is told apart from an unknown path', () => {
  expect(table.match('DELETE', '/api/v1/orders')).toEqual({
    kind: 'wrong_method',
    allowed: ['GET', 'HEAD', 'POST'],
  })
  expect(nameOf('GET', '/api/v1/nothing')).toBe('unknown')
  expect(nameOf('GET', '/admin/sagas')).toBe('unknown')
  expect(nameOf('GET', '/api/v1/orders/')).toBe('unknown')
})

test('two routes may not claim one path and method', () => {
  const routes = routesOf(catalogue)
  expect(() => makeRouteTable([...routes, ...routes.slice(0, 1)])).toThrow(/defined by two routes/)
})

test('a parameter with an action is found by the action, and by nothing else', () => {
  expect(nameOf('POST', '/api/v1/inference/fraud-score:predict')).toBe('inference.predict')
  expect(nameOf('GET', '/api/v1/inference/models')).toBe('inference.listModels')
  expect(nameOf('GET', '/api/v1/inference/fraud-score:predict')).toBe('wrong_method')
  for (const name of ['fraud-score', 'fraud-score:train', ':predict', 'fraud-score:predict/x', 'a:b:predict'])
    expect(nameOf('POST', `/api/v1/inference/${name}`), name).toBe('unknown')
})
