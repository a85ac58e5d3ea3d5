import { rowIdOf, serveEndpoints, type Service } from '@stoa/contract'
import type { AdminEndpoint } from '@stoa/kernel/admin'
import type { Part } from '@stoa/kernel/part'
import type { Database } from '@stoa/postgres'
import { taskEndpoints } from './endpoints.ts'
import { failedTasks } from './failed-tasks.ts'
import { startTasks, type Tasks, type TasksOptions } from './start-tasks.ts'

/** The share of the time to stop that running tasks may take; then they are handed back. */
const shareOfStop = 0.6

/** The part that runs the tasks of a service. */
export function tasksPart(options: TasksOptions<Service>): Part {
  const { service, database } = options
  let tasks: Tasks | undefined
  return {
    name: 'tasks',
    start: () => void (tasks = startTasks(options)),
    stop: (timeoutMs) => tasks?.stop(timeoutMs * shareOfStop),
    admin: tasksAdmin(database, Object.keys(service.tasks)),
  }
}

function tasksAdmin(database: Database, known: readonly string[]): readonly AdminEndpoint[] {
  const tasks = failedTasks(database, known)
  return serveEndpoints(taskEndpoints, {
    listFailedTasks: async ({ query }) => ({ items: await tasks.list(query.limit ?? 50) }),
    retryAllTasks: async () => ({ count: await tasks.retryAll() }),
    async retryTask({ params }) {
      const id = rowIdOf(params.id)
      return id !== undefined && (await tasks.retry(id)) ? { retried: id } : undefined
    },
    async discardTask({ params }) {
      const id = rowIdOf(params.id)
      return id !== undefined && (await tasks.discard(id)) ? { discarded: id } : undefined
    },
  })
}
