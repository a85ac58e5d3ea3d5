import { expect, test } from 'vitest'
import { offVariantOf } from './off-variant.ts'

test('a killed boolean flag is false if it has that variant, and any other has its default', () => {
  const boolean = (variants: Record<string, boolean>, defaultVariant: string) =>
    offVariantOf({ type: 'boolean', variants, defaultVariant })
  expect(boolean({ on: true, off: false }, 'on')).toBe('off')
  expect(boolean({ on: true, no: false, off: false }, 'off')).toBe('off')
  expect(boolean({ on: true }, 'on')).toBe('on')
  expect(offVariantOf({ type: 'number', variants: { few: 1, none: 0 }, defaultVariant: 'few' })).toBe('few')
})
