import { expect, test } from 'vitest'
import { servedAfter } from './served-routes.ts'

const running = (digest: string, reasons: string[] = []) => ({ digest, instances: 1, reasons })
const gone = (digest: string, reasons: string[] = []) => ({ digest, instances: 0, reasons })

test('the first acceptable document is served, and one that is not acceptable never', () => {
  expect(servedAfter(undefined, [])).toBeUndefined()
  expect(servedAfter(undefined, [running('a', ['no']), running('b'), running('c')])).toBe('b')
  expect(servedAfter(undefined, [running('a', ['no'])])).toBeUndefined()
})

test('of two releases side by side the one that is served stays, until its last instance has left', () => {
  expect(servedAfter('a', [running('a'), running('b')])).toBe('a')
  expect(servedAfter('a', [gone('a'), running('b')])).toBe('b')
})

test('when all instances have left, the same document stays', () => {
  expect(servedAfter('a', [gone('a')])).toBe('a')
  expect(servedAfter('a', [gone('a'), gone('b')])).toBe('a')
})

test('a release that goes beyond what was accepted does not take the place of the one before it', () => {
  expect(servedAfter('a', [gone('a'), running('b', ['no'])])).toBe('a')
})

test('a served document that is no longer accepted is no longer served', () => {
  expect(servedAfter('a', [running('a', ['no'])])).toBeUndefined()
  expect(servedAfter('a', [running('a', ['no']), running('b')])).toBe('b')
})
