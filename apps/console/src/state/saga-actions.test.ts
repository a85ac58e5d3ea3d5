import { expect, test } from 'vitest'
import { sagaActionsFor } from './saga-actions.ts'

const names = (state: string) => sagaActionsFor({ state, steps: [] }).map(({ name }) => name)

test('offers only what the state allows', () => {
  expect(names('stuck')).toEqual(['retry', 'skip', 'compensate'])
  expect(names('running')).toEqual(['compensate'])
  expect(names('waiting')).toEqual(['compensate'])
  for (const state of ['compensating', 'completed', 'compensated']) expect(names(state)).toEqual([])
})

test('names the step that an action is about', () => {
  const [retry] = sagaActionsFor({ state: 'stuck', steps: [{ step: 'process_payment', outcome: 'failed' }] })
  expect(retry?.effect).toContain('the step process_payment')
})
