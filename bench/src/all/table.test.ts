import { expect, test } from 'vitest'
import { tableOf } from './table.ts'

test('prints target, figure, peer, ratio and result, and a reason in one line', () => {
  const figure = { bench: 'saga', metric: 'sagas', ours: 2000, unit: '/s', settings: {} }
  const compared = { ...figure, peer: 'DBOS', peerValue: 190, ratio: 10.5 }
  expect(
    tableOf([
      { what: 'sagas', target: { ratioAtLeast: 4 }, figure: compared, state: 'met' },
      { what: 'users', target: { atLeast: 5_000 }, unit: '/s', figure, state: 'missed' },
      { what: 'gateway', target: 'at least 4×', state: 'not measured', reason: 'no bench' },
      { what: 'rpc', state: 'failed', reason: 'a | b\n  c' },
    ]),
  ).toBe(
    `
| figure  | target           | measured | peer         | ratio | result                 |
| ------- | ---------------- | -------- | ------------ | ----- | ---------------------- |
| sagas   | at least 4×      | 2000 /s  | DBOS: 190 /s | 10.5× | met                    |
| users   | at least 5000 /s | 2000 /s  |              |       | missed                 |
| gateway | at least 4×      |          |              |       | not measured: no bench |
| rpc     |                  |          |              |       | failed: a \\| b c       |
`.trim(),
  )
})
