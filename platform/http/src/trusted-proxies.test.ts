import { expect, test } from 'vitest'
import { isNetwork, trustProxies } from './trusted-proxies.ts'

test.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.1.2.3', false],
  ['', false],
  ['unknown', false],
])('trusts only the same machine by default: %s', (address, isTrusted) => {
  expect(trustProxies([])(address)).toBe(isTrusted)
})

test.each([
  ['10.1.2.3', true],
  ['::ffff:10.1.2.3', true],
  ['11.1.2.3', false],
  ['192.0.2.7', true],
  ['192.0.2.8', false],
  ['2001:db8::5', true],
  ['2001:db9::5', false],
])('trusts addresses and networks that are named: %s', (address, isTrusted) => {
  expect(trustProxies(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'])(address)).toBe(isTrusted)
})

test.each(['10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/8/8', 'gateway', '', '::/129'])('takes %j for no network', (text) => {
  expect(isNetwork(text)).toBe(false)
  expect(() => trustProxies([text])).toThrow(TypeError)
})
