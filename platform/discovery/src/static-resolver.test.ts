import { expect, test } from 'vitest'
import { staticResolver } from './static-resolver.ts'

test('reads addresses, and fills in what is left out', () => {
  const resolver = staticResolver({
    order: ['127.0.0.1:8002', '[::1]:8002'],
    cart: [{ host: 'cart', port: 80, weight: 3 }],
  })
  expect(resolver.resolve('order')).toEqual([
    { id: 'order@127.0.0.1:8002', service: 'order', host: '127.0.0.1', port: 8_002, weight: 1, metadata: {} },
    { id: 'order@::1:8002', service: 'order', host: '::1', port: 8_002, weight: 1, metadata: {} },
  ])
  expect(resolver.resolve('cart')).toMatchObject([{ id: 'cart@cart:80', weight: 3 }])
})

test('takes every port there is', () => {
  const ports = staticResolver({ order: ['a:1', 'b:65535'] })
    .resolve('order')
    .map((instance) => instance.port)
  expect(ports).toEqual([1, 65_535])
})

test('answers nothing for a service nobody named', () => {
  expect(staticResolver({}).resolve('order')).toEqual([])
})

test('is ready for what it knows, and says so when it does not', async () => {
  const resolver = staticResolver({ order: ['127.0.0.1:8002'] })
  await resolver.ready('order', 1)
  await expect(resolver.ready('cart', 1)).rejects.toMatchObject({ code: 'service.no_instance', kind: 'unavailable' })
})

test('answers the same frozen list each time', () => {
  const resolver = staticResolver({ order: ['127.0.0.1:8002'] })
  expect(resolver.resolve('order')).toBe(resolver.resolve('order'))
  expect(Object.isFrozen(resolver.resolve('order'))).toBe(true)
})

test.each(['localhost', 'localhost:', ':80', 'localhost:0', 'localhost:65536', 'http://localhost:80', 'a b:80'])(
  'refuses the address %s',
  (address) => {
    expect(() => staticResolver({ order: [address] })).toThrow(
      `an instance's address must be host:port, got ${address}`,
    )
  },
)
