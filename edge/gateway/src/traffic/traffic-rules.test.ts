import { expect, test } from 'vitest'
import { parseTrafficFile } from './traffic-rules.ts'

const parse = (...rules: object[]) => parseTrafficFile(JSON.stringify({ format: 1, rules }), new Set(['mono']))
const versions = [
  { version: '1', weight: 1 },
  { version: '2', weight: 1 },
]

test('a file is read as it is', () => {
  const rule = { name: 'cups', service: 'cup', versions, header: 'x-canary', mirror: { version: '3' } }
  expect(parse(rule)).toEqual([rule])
})

test.each<[string, object[]]>([
  ['it is invalid at /rules/0/name', [{ name: 'No Name', service: 'cup', versions }]],
  ['it is invalid at /rules/0', [{ name: 'a', service: 'cup', versions, weight: 1 }]],
  ['it is invalid at /rules/0/paths/0', [{ name: 'a', service: 'cup', versions, paths: ['cups'] }]],
  [
    'it is invalid at /rules/0/legacy/percent',
    [{ name: 'a', paths: ['/a'], legacy: { upstream: 'mono', percent: 101 } }],
  ],
  ['the rule a changes nothing', [{ name: 'a', service: 'cup' }]],
  ['the rule a needs the service', [{ name: 'a', versions }]],
  ['the rule a needs the paths', [{ name: 'a', service: 'cup', legacy: { upstream: 'mono', percent: 1 } }]],
  ['which LEGACY_UPSTREAMS does not have', [{ name: 'a', paths: ['/a'], legacy: { upstream: 'other', percent: 1 } }]],
  ['the rule a has a header or cookie', [{ name: 'a', service: 'cup', mirror: { version: '2' }, header: 'x' }]],
  ['the rule a has the version 1 twice', [{ name: 'a', service: 'cup', versions: [...versions, ...versions] }]],
  ['the rule a has no version with a weight', [{ name: 'a', service: 'cup', versions: [{ version: '1', weight: 0 }] }]],
  [
    'the rule a has the name of another rule',
    [
      { name: 'a', service: 'cup', versions },
      { name: 'a', service: 'b', versions },
    ],
  ],
])('a file is refused: %s', (reason, rules) => {
  expect(() => parse(...rules)).toThrow(reason)
})

test('a text that is not JSON is refused', () => {
  expect(() => parseTrafficFile('{', new Set())).toThrow('it is not JSON')
})
