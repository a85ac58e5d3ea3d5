import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { defineConfig } from './config.ts'
import { liveSettings } from './live-settings.ts'
import { setting } from './settings.ts'

const config = defineConfig('shop', {
  CART_HOURS: setting(Type.Number({ minimum: 1, maximum: 10 }), { default: 2, doc: 'Hours.', reloadable: true }),
  MODE: setting(Type.Union([Type.Literal('a'), Type.Literal('b')]), { default: 'a', doc: 'Mode.', reloadable: true }),
  PORT: setting(Type.Integer(), { default: 80, doc: 'Port.' }),
})
const make = (env = {}) => liveSettings(config.settings, config.parse(env))

test('a reloadable setting follows what is applied, and returns to the environment when that ends', () => {
  const { values, apply } = make({ CART_HOURS: '3' })
  expect([values.cartHours, values.mode, values.port]).toEqual([3, 'a', 80])
  expect(apply({ CART_HOURS: 4, MODE: 'b' })).toEqual([])
  expect([values.cartHours, values.mode]).toEqual([4, 'b'])
  expect(apply({ MODE: 'b' })).toEqual([])
  expect([values.cartHours, values.mode]).toEqual([3, 'b'])
})

test('ignores and names what is unknown, not reloadable or does not match', () => {
  const { values, apply } = make()
  expect(apply({ CART_HOURS: 11, MODE: 'c', PORT: 81, OTHER: 1 })).toEqual(['CART_HOURS', 'MODE', 'PORT', 'OTHER'])
  expect([values.cartHours, values.mode, values.port]).toEqual([2, 'a', 80])
})

test('describes the reloadable settings as JSON Schemas', () => {
  expect(make().schemas).toEqual({
    CART_HOURS: { type: 'number', minimum: 1, maximum: 10, description: 'Hours.' },
    MODE: { type: 'string', enum: ['a', 'b'], description: 'Mode.' },
  })
})

test('a reloadable setting without a default cannot be declared', () => {
  expect(() => setting(Type.String(), { doc: 'Name.', optional: true, reloadable: true })).toThrow(TypeError)
})
