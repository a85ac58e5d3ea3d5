import { readLimit, readReaching, UsageError } from '../arguments.ts'
import { taskEndpoints } from '@stoa/tasks/endpoints'
import { askItem, listOf, retryAll, type ItemAt } from '../operating.ts'
import { formatTable, say, sayJson } from '../output.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'

export const help = `Usage: stoa tasks ls [SERVICE] [--limit N] [--json]
       stoa tasks retry SERVICE ID
       stoa tasks retry [SERVICE] --all
       stoa tasks discard SERVICE ID

Lists, retries or discards tasks that failed on every attempt, and tasks that wait because no running release knows them. A retry runs a task again from its first attempt; with --all,
the newest failed task of each key of one service or of all services. A task is not retried while another task with the same
key is pending. A discard deletes the task.
`

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand('tasks', { ls: list, retry, discard }, args)
}

async function list(args: readonly string[]): Promise<number> {
  const options = { limit: { type: 'string' }, json: { type: 'boolean' } } as const
  const { system, values, positionals } = readReaching(args, options, { positionals: 1 })
  const query = { limit: readLimit(values.limit) }
  const tasks = await listOf(system, taskEndpoints.listFailedTasks, positionals[0], query)
  if (values.json === true) {
    sayJson(tasks)
    return 0
  }
  if (tasks.length === 0) {
    say('No failed tasks.')
    return 0
  }
  const rows = tasks.map(({ service, id, name, key, state, isKnown, attempt, error }) => [
    service,
    String(id),
    name,
    key ?? '',
    isKnown ? state : `${state}: no running release knows this task`,
    String(attempt),
    [error?.code, error?.message].filter(Boolean).join(': '),
  ])
  for (const line of formatTable(['SERVICE', 'ID', 'TASK', 'KEY', 'STATE', 'ATTEMPTS', 'ERROR'], rows)) say(line)
  return 0
}

async function retry(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, { all: { type: 'boolean' } }, { positionals: 2 })
  if (values.all === true) {
    if (positionals.length > 1) throw new UsageError('an ID and --all exclude each other')
    const retried = [...(await retryAll(system, taskEndpoints.retryAllTasks, positionals[0]))].filter(
      ([, count]) => count > 0,
    )
    if (retried.length === 0) say('Nothing to retry.')
    for (const [name, count] of retried) say(`${name}: ${count} ${count === 1 ? 'task is' : 'tasks are'} retried.`)
    return 0
  }
  await askItem(system, taskEndpoints.retryTask, taskAt(positionals))
  say('Retrying the task.')
  return 0
}

async function discard(args: readonly string[]): Promise<number> {
  const { system, positionals } = readReaching(args, {}, { positionals: 2 })
  await askItem(system, taskEndpoints.discardTask, taskAt(positionals))
  say('The task is deleted.')
  return 0
}

function taskAt(positionals: readonly string[]): ItemAt {
  const service = requireArgument(positionals, 0, 'the service')
  return { service, id: requireArgument(positionals, 1, 'the id of the task') }
}
