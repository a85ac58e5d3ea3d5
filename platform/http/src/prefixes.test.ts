import { expect, test } from 'vitest'
import { makePrefixTable } from './prefixes.ts'

const table = makePrefixTable([{ path: '/admin/*' }, { path: '/admin/sagas/*' }, { path: '/health' }])

test.each([
  ['/health', '/health'],
  ['/health/', undefined],
  ['/healthy', undefined],
  ['/admin', '/admin/*'],
  ['/admin/x', '/admin/*'],
  ['/administrator', undefined],
  ['/admin/sagas/1', '/admin/sagas/*'],
])('finds what is served at %s', (path, found) => {
  expect(table.find(path)?.path).toBe(found)
})
