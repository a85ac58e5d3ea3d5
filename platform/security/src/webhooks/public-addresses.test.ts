import { expect, test } from 'vitest'
import { isPublicAddress, mayReach, reachableAddressesOf } from './public-addresses.ts'

test.each(['1.1.1.1', '93.184.216.34', '172.32.0.1', '2606:4700::1111', '2a00:1450::5'])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

test.each([
  '127.0.0.1',
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '169.254.169.254',
  '172.31.255.255',
  '192.168.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:db8::1',
  'fc00::1',
  'fe80::1',
  'ff02::1',
  'localhost',
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(['localhost', '127.1', '[::1]', '0x7f.1', '2130706433'])(
  'the host %s has no public address',
  async (written) => {
    const { hostname } = new URL(`http://${written}/`)
    await expect(reachableAddressesOf(hostname, 'internet')).rejects.toThrow('not on the Internet')
  },
)

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::1', true],
  ['1.1.1.1', true],
  ['10.0.0.1', false],
  ['169.254.169.254', false],
  ['fe80::1', false],
])('where this machine may be reached, %s may be: %s', (address, isReached) => {
  expect(mayReach(address, 'this-machine')).toBe(isReached)
  expect(mayReach(address, 'anywhere')).toBe(true)
})

test('a host of this machine is found where it may be reached', async () => {
  expect(await reachableAddressesOf('[::1]', 'this-machine')).toEqual([{ address: '::1', family: 6 }])
})
