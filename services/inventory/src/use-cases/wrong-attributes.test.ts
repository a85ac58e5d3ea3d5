import type { AttributeSchema } from '@stoa/contracts/inventory/resources'
import { expect, test } from 'vitest'
import { wrongAttributes } from './wrong-attributes.ts'

const tea: AttributeSchema = {
  type: 'object',
  properties: { origin: { type: 'string', enum: ['JP', 'CN'] } },
  required: ['origin'],
}
const green: AttributeSchema = {
  type: 'object',
  properties: { origin: { type: 'string' }, steamed: { type: 'boolean' }, grams: { type: 'integer', minimum: 10 } },
  additionalProperties: false,
}

test('attributes obey the schemas of all categories above', () => {
  expect(wrongAttributes({ origin: 'JP', steamed: true, grams: 10 }, [tea, green])).toEqual([])
  expect(wrongAttributes({ anything: 1 }, [])).toEqual([])
})

test('each wrong attribute is pointed at', () => {
  expect(wrongAttributes({ origin: 'FR', steamed: 'yes', grams: 9, colour: 'green' }, [tea, green])).toEqual(
    expect.arrayContaining([
      { pointer: '/attributes/origin', detail: 'must be one of JP, CN' },
      { pointer: '/attributes/steamed', detail: 'must be boolean' },
      { pointer: '/attributes/grams', detail: 'must be >= 10' },
      { pointer: '/attributes/colour', detail: 'is not an attribute of the category' },
    ]),
  )
  expect(wrongAttributes({}, [tea, tea])).toEqual([{ pointer: '/attributes/origin', detail: 'is required' }])
})
