import type { Service } from '@stoa/contract'
import { foundAt, limitOf, numberOf, unknownPath, type Area } from '@stoa/kernel/admin'
import type { Part } from '@stoa/kernel/part'
import type { Database } from '@stoa/postgres'
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
    admin: { tasks: tasksArea(database, Object.keys(service.tasks)) },
  }
}

/** `/admin/tasks`: lists, retries and discards the tasks that need an operator. */
function tasksArea(database: Database, known: readonly string[]): Area {
  const tasks = failedTasks(database, known)
  return async ({ method, path, query }) => {
    const [id, action] = path
    if (method === 'GET' && id === undefined) return { items: await tasks.list(limitOf(query)) }
    if (method === 'POST' && id === 'retry' && action === undefined) return { count: await tasks.retryAll() }
    if (method === 'POST' && action === 'retry') {
      return foundAt((await tasks.retry(numberOf(id))) ? { retried: numberOf(id) } : undefined)
    }
    if (method === 'POST' && action === 'discard') {
      return foundAt((await tasks.discard(numberOf(id))) ? { discarded: numberOf(id) } : undefined)
    }
    throw unknownPath()
  }
}
