import type { TicketStatus } from '@stoa/contracts/support/resources'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canMove, decideMessage, goalsOfMove, isWaitingForStaff, type MessageKind, type TicketState } from './ticket.ts'

const now = Temporal.Instant.from('2026-11-02T10:00:00Z')
const reopenMs = 7 * 24 * 3_600_000
const after = (state: TicketState, by: MessageKind, at = now) => decideMessage(state, by, { now: at, reopenMs })

test('a reply of staff makes an open ticket wait for the customer, whose reply makes it wait for staff', () => {
  expect(after({ status: 'open' }, 'staff')).toEqual({ kind: 'taken', status: 'pending' })
  expect(after({ status: 'pending' }, 'customer')).toEqual({ kind: 'taken', status: 'open' })
  expect(after({ status: 'pending' }, 'staff')).toEqual({ kind: 'taken', status: 'pending' })
})

test('a note changes no status', () => {
  for (const status of ['open', 'pending', 'resolved'] as const)
    expect(after({ status, resolvedAt: now }, 'note')).toEqual({ kind: 'taken', status })
})

test('a reply of the customer reopens a resolved ticket until the time for it is over', () => {
  const resolved = { status: 'resolved', resolvedAt: now } as const
  const last = now.add({ milliseconds: reopenMs - 1 })
  expect(after(resolved, 'customer', last)).toEqual({ kind: 'taken', status: 'open' })
  expect(after(resolved, 'customer', last.add({ milliseconds: 1 }))).toEqual({ kind: 'closed' })
  expect(after(resolved, 'staff')).toEqual({ kind: 'taken', status: 'resolved' })
})

test('a closed ticket takes no message, and moves nowhere', () => {
  const statuses = ['open', 'pending', 'resolved', 'closed'] as const
  for (const by of ['customer', 'staff', 'note'] as const)
    expect(after({ status: 'closed' }, by)).toEqual({ kind: 'closed' })
  expect(statuses.filter((to) => canMove('closed', to))).toEqual([])
})

test('a ticket is closed only after it was resolved', () => {
  expect(canMove('resolved', 'closed')).toBe(true)
  expect([canMove('open', 'closed'), canMove('pending', 'closed')]).toEqual([false, false])
})

test('resolving reaches both goals, and reopening undoes the resolution', () => {
  expect(goalsOfMove('open', 'resolved').met).toEqual(['first_response', 'resolution'])
  expect(goalsOfMove('resolved', 'open').unmet).toEqual(['resolution'])
  expect(goalsOfMove('resolved', 'closed')).toEqual({ met: [], unmet: [] })
})

test('whatever is written, the clock runs only if the last word was not that of staff', () => {
  const words = fc.array(fc.constantFrom<MessageKind>('customer', 'staff', 'note'), { maxLength: 20 })
  fc.assert(
    fc.property(words, (kinds) => {
      let status: TicketStatus = 'open'
      for (const kind of kinds) {
        const decision = after({ status }, kind)
        if (decision.kind === 'taken') status = decision.status
      }
      const last = kinds.filter((kind) => kind !== 'note').at(-1)
      expect(isWaitingForStaff(status)).toBe(last !== 'staff')
    }),
  )
})
