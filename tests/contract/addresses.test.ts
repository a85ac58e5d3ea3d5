import { createShipment } from '@stoa/contracts/shipping/http'
import { ShippingAddress } from '@stoa/contracts/order/resources'
import { NewAddress } from '@stoa/contracts/user/resources'
import { Compile } from 'typebox/schema'
import { describe, expect, test } from 'vitest'

const vienna = { name: 'Ada', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' }

describe.each([
  ['order', ShippingAddress],
  ['shipping', createShipment.body.properties.address],
  ['user', NewAddress],
] as const)('an address of %s', (_, schema) => {
  const compiled = Compile(schema)
  const faultsOf = (address: object) =>
    compiled
      .Errors(address)[1]
      .flatMap((error) => (error.keyword === 'required' ? error.params.requiredProperties : error.instancePath))
      .filter((place) => place !== '')
  const wrong = (more: object) => faultsOf({ ...vienna, ...more })

  test('needs a postal code where the country has them', () => {
    const { postalCode: _code, ...without } = vienna
    expect(faultsOf(vienna)).toEqual([])
    for (const country of ['AT', 'DE', 'US', 'JP', 'GB']) {
      expect(faultsOf({ ...without, country })).toEqual(['postalCode'])
    }
    for (const country of ['IE', 'HK', 'AE', 'PA', 'QA', 'AQ', 'BQ', 'TT', 'WS'])
      expect(faultsOf({ ...without, country })).toEqual([])
    expect(wrong({ country: 'IE', postalCode: 'D02 AF30' })).toEqual([])
  })

  test('may name the state', () => {
    const springfield = { line1: '742 Evergreen Terrace', city: 'Springfield', postalCode: '97403', country: 'US' }
    expect(wrong({ ...springfield, state: 'OR' })).toEqual([])
    expect(wrong({ ...springfield, state: ' ' })).toEqual(['/state'])
  })

  test.each(['name', 'line1', 'city', 'postalCode'])('has a %s that can be read', (field) => {
    for (const text of ['', '   ', '\u200b', 'a\u0007', 'a\nb', 'a\u202eb'])
      expect(wrong({ [field]: text })).toContain(`/${field}`)
  })
})
