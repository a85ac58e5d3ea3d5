import { expect, test } from 'vitest'
import { runApart } from '../src/all/run-apart.ts'

const program = new URL('./pretended-bench.ts', import.meta.url).pathname
const figure = (bench: string) => ({ bench, metric: 'calls', ours: 1, unit: '/s', settings: {} })

test.each<[string, unknown]>([
  ['works', { figures: [figure('works')] }],
  ['misses', { figures: [figure('misses')] }],
  ['crashes', { failure: 'TypeError: the callee ended' }],
  ['silent', { failure: 'ended with the exit code 0' }],
])('what a bench that %s has printed', async (bench, outcome) => {
  expect(await runApart(bench, { program, args: [], limitMs: 600_000 })).toEqual({ bench, ...(outcome as object) })
})

test('a bench that hangs is ended', async () => {
  const outcome = await runApart('hangs', { program, args: [], limitMs: 1_000 })
  expect(outcome).toEqual({ bench: 'hangs', failure: 'not done after 0 minutes' })
})
