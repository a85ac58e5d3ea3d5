import { expect, test } from 'vitest'
import { placeAsReadme } from './readme-order.ts'
import { system } from './system.ts'

test('the order that the README places is confirmed', async () => {
  expect(await placeAsReadme(system.gatewayUrl)).toMatchObject({
    status: 'confirmed',
    items: [{ sku: 'TEA-GREEN-100', quantity: 2 }],
  })
})
