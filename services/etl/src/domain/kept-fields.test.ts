import { etl } from '@stoa/contracts/etl/service'
import { expect, test } from 'vitest'
import { keptData, lakeEventTypes } from './kept-fields.ts'

interface ObjectSchema {
  readonly properties: Readonly<Record<string, { readonly description?: string }>>
}

test.each(Object.values(etl.batches.events.events))(
  'of $type the lake keeps fields, and no id of a person',
  (event) => {
    const { properties } = event.data as unknown as ObjectSchema
    const planted = Object.fromEntries(Object.keys(properties).map((name) => [name, `planted-${name}`]))
    const kept = Object.keys(keptData(event.type, { ...planted, addedLater: 'planted' }))
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.filter((name) => !(name in properties))).toEqual([])
    expect(kept.filter((name) => properties[name]?.description === 'id of user')).toEqual([])
    expect(kept).not.toContain('reason')
  },
)

test('an event whose fields are not listed is refused, and every consumed one is listed', () => {
  expect(() => keptData('user.created', { email: 'ada@example.org' })).toThrow('user.created')
  expect(lakeEventTypes).toContain('order.created')
})
