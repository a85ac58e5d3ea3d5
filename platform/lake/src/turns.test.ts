import { expect, test } from 'vitest'
import { makeTurns } from './turns.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

function enterAll(turns: ReturnType<typeof makeTurns>) {
  const entered: string[] = []
  return {
    entered,
    enter: (name: string, isPatient: boolean) => turns.enter(isPatient).then(() => void entered.push(name)),
  }
}

test('patient work leaves a place to other work, and takes no place of it', async () => {
  const turns = makeTurns({ mostAtOnce: 2, mostWaiting: 2 }, () => {})
  const { entered, enter } = enterAll(turns)
  for (const name of ['report 1', 'report 2', 'report 3']) void enter(name, true)
  for (const name of ['query 1', 'query 2', 'query 3']) void enter(name, false)
  await settled()
  expect([entered, turns.active()]).toEqual([['report 1', 'query 1'], 2])
  await expect(turns.enter(false)).rejects.toMatchObject({ code: 'lake.busy' })
  turns.leave(false)
  await settled()
  expect(entered.slice(2)).toEqual(['query 2'])
  turns.leave(true)
  await settled()
  expect(entered.slice(3)).toEqual(['report 2'])
})

test('where there is one place, work of both kinds gets it, and the last one leaves it idle', async () => {
  let idle = 0
  const turns = makeTurns({ mostAtOnce: 1, mostWaiting: 2 }, () => (idle += 1))
  const { entered, enter } = enterAll(turns)
  void enter('report', true)
  void enter('query', false)
  await settled()
  expect(entered).toEqual(['report'])
  turns.leave(true)
  await settled()
  expect([entered, idle]).toEqual([['report', 'query'], 0])
  turns.leave(false)
  expect([turns.active(), idle]).toEqual([0, 1])
})
