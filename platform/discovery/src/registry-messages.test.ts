import { expect, test } from 'vitest'
import { parseChange, parseLease, parseSnapshot } from './registry-messages.ts'

const change = (fields: object) => ({
  revision: 5,
  service: 'order',
  instances: [{ id: 'a', host: '127.0.0.1', port: 1, ...fields }],
})

test('reads the least there can be', () => {
  expect(parseSnapshot({ revision: 0, items: [] })).toEqual({ revision: 0, services: new Map() })
  expect(parseChange(change({ weight: 0 })).instances[0]).toMatchObject({ port: 1, weight: 0, metadata: {} })
  expect(parseLease({ instanceId: 'a', leaseSeconds: 1 })).toEqual({ instanceId: 'a', leaseSeconds: 1 })
})

test('an unhealthy instance is kept while the only healthy ones take no requests', () => {
  const instances = [
    { id: 'web', host: '127.0.0.1', port: 1, status: 'unhealthy' },
    { id: 'worker', host: '127.0.0.1', port: 2, status: 'healthy', weight: 0 },
  ]
  const kept = parseChange({ revision: 5, service: 'order', instances }).instances.map(({ id }) => id)
  expect(kept).toEqual(['web', 'worker'])
})

test.each([
  [null, 'change must be an object'],
  ['order', 'change must be an object'],
  [[], 'change must be an object'],
  [{ ...change({}), revision: '5' }, 'revision must be a whole number of at least 0'],
  [{ ...change({}), revision: -1 }, 'revision must be a whole number of at least 0'],
  [{ ...change({}), revision: 2 ** 53 }, 'revision must be a whole number of at least 0'],
  [{ ...change({}), service: '' }, 'service must be a text'],
  [{ ...change({}), instances: {} }, 'instances must be an array'],
  [change({ id: 7 }), 'id must be a text'],
  [change({ port: 0 }), 'port must be a whole number of at least 1'],
  [change({ weight: 1.5 }), 'weight must be a whole number of at least 0'],
  [change({ metadata: 'x' }), 'metadata must be an object'],
])('refuses %j', (value, message) => {
  expect(() => parseChange(value)).toThrow(new TypeError(message))
})
