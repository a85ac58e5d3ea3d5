import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { deprecationFaults, type Deprecation } from './deprecation.ts'
import { get } from './operations.ts'

const declared = { summary: 'Read', permission: 'public', owner: 'none', answers: { 200: Type.Object({}) } } as const
const faultsOf = (deprecated: Deprecation) =>
  deprecationFaults({
    listOld: get('/api/v1/old', { ...declared, deprecated }),
    listNew: get('/api/v2/new', declared),
    getNew: get('/api/v2/new/{id}', { ...declared, params: { id: Type.String() } }),
  })

test('a deprecation names days in order, and an operation with the same parameters', () => {
  expect(faultsOf({ since: '2026-12-01', sunset: '2027-12-01', successor: 'listNew' })).toEqual([])
  expect(faultsOf({ since: '2026-02-30' })).toEqual(['listOld: 2026-02-30 is not a day'])
  expect(faultsOf({ since: '2026-12-01', sunset: '2026-11-30' })).toEqual(['listOld ends before it is deprecated'])
  expect(faultsOf({ since: '2026-12-01', successor: 'listNewer' })).toEqual([
    'listOld: there is no operation listNewer',
  ])
  expect(faultsOf({ since: '2026-12-01', successor: 'getNew' })).toEqual([
    'listOld: the path of getNew has other parameters',
  ])
})
