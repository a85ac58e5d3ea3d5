import { expect, test } from 'vitest'
import { labelsOf } from './read-exposition.ts'

test('the name and the target of a series are not from its labels, and no label has a NUL, which JSON in PostgreSQL cannot hold', () => {
  const key = 'x{__name__="up",job="other",a="b\0c"}'
  expect(labelsOf(key, { job: 'own', instance: 'one' })).toEqual({
    __name__: 'x',
    exported_job: 'other',
    a: 'bc',
    job: 'own',
    instance: 'one',
  })
})
