import { act, Changed, closed, inspect, OperatingLimit } from '@stoa/contract'
import { Type } from 'typebox'

/** A task that needs an operator: it has no attempts left, or no running release knows its name. */
export const FailedTask = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  key: Type.Union([Type.String(), Type.Null()]),
  payload: Type.Unknown(),
  state: Type.Enum(['failed', 'waiting']),
  isKnown: Type.Boolean({
    description: 'whether this release declares a task of this name; if not, a retry has no effect yet',
  }),
  attempt: Type.Integer(),
  error: Type.Union([Type.Object({ code: Type.Optional(Type.String()), message: Type.String() }), Type.Null()]),
})

/** The operating endpoints of the tasks of a service that need an operator. */
export const taskEndpoints = {
  listFailedTasks: inspect('tasks', {
    summary: 'List the tasks that failed on every attempt or that no running release knows, newest first',
    query: Type.Object({ limit: OperatingLimit }, closed),
    answer: Type.Object({ items: Type.Array(FailedTask) }),
  }),
  retryAllTasks: act('tasks/retry', {
    summary: 'Run every failed task again, the newest of each key; returns their number',
    answer: Changed,
  }),
  retryTask: act('tasks/{id}/retry', {
    summary: 'Run a failed task again from its first attempt, unless one of its key is pending',
    answer: Type.Object({ retried: Type.Integer() }),
  }),
  discardTask: act('tasks/{id}/discard', {
    summary: 'Delete a failed task',
    answer: Type.Object({ discarded: Type.Integer() }),
  }),
}
