import { system as shop } from '@stoa/systems/shop'
import { expect, test } from 'vitest'
import { checkNames } from './reset-data.ts'

test('the data of billing is not deleted alone, because its documents would be numbered again', () => {
  expect(() => checkNames(shop.services, ['order', 'billing'])).toThrow(
    'billing cannot be reset alone: it would issue its invoices and credit notes a second time, with other numbers',
  )
  expect(() => checkNames(shop.services, ['order', 'search'])).not.toThrow()
  expect(() => checkNames(shop.services, [])).not.toThrow()
})

test('only the data of a service with a database can be deleted', () => {
  for (const name of ['gateway', 'oder'])
    expect(() => checkNames(shop.services, [name])).toThrow(
      `no service ${name} with a database here; services: registry`,
    )
})
