import { expect, test } from 'vitest'
import { canMove } from '../../../../services/support/src/domain/ticket.ts'
import { movesFrom, nextGoalOf } from './tickets.ts'

const at = '2026-11-30T10:00:00Z'

test('offers the changes that support accepts', () => {
  const statuses = ['open', 'pending', 'resolved', 'closed'] as const
  for (const from of statuses)
    expect(movesFrom[from].map(({ to }) => to).toSorted(), from).toEqual(
      statuses.filter((to) => canMove(from, to)).toSorted(),
    )
})

test('names the goal that comes next, and whether it was missed', () => {
  expect(nextGoalOf({ sla: { firstResponse: { dueAt: at }, resolution: {} } })).toEqual({
    name: 'First response',
    dueAt: at,
    isMissed: false,
  })
  expect(nextGoalOf({ sla: { firstResponse: { metAt: at }, resolution: { breachedAt: at } } })).toEqual({
    name: 'Resolution',
    isMissed: true,
  })
  expect(nextGoalOf({ sla: { firstResponse: { metAt: at }, resolution: { metAt: at } } })).toBeUndefined()
  expect(nextGoalOf({})).toBeUndefined()
})
