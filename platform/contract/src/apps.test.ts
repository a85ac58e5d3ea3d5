import { expect, test } from 'vitest'
import { app } from './apps.ts'

test('an app has a path without a slash at its end', () => {
  expect(app('/console', { title: 'Console' })).toEqual({ kind: 'app', path: '/console', title: 'Console' })
  for (const path of ['/', '/console/', '/a//b', '/A', '/..'] as const)
    expect(() => app(path, { title: 'x' })).toThrow('cannot be the path of an app')
})
