import { readArguments } from '../arguments.ts'
import { findIn, listOf } from '../operating.ts'
import { formatTable, say, sayJson, toned } from '../output.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'

export const help = `Usage: stoa saga ls [--state STATE] [--type NAME] [--service SERVICE] [--limit N] [--json]
       stoa saga show ID [--json]

Lists sagas, the latest first, or shows one with its steps, attempts and errors. States: running, waiting, compensating,
completed, compensated, stuck.
`

interface SagaSummary {
  readonly id: string
  readonly type: string
  readonly state: string
  readonly startedAt?: string
}

interface SagaStep {
  readonly name: string
  readonly state?: string
  readonly outcome?: string
  readonly attempts?: number
  readonly at?: string
  readonly error?: unknown
}

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand('saga', { ls: list, show }, args)
}

async function list(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, {
    state: { type: 'string' },
    type: { type: 'string' },
    service: { type: 'string' },
    limit: { type: 'string' },
    json: { type: 'boolean' },
  })
  const { service, state, type, limit } = values
  const sagas = await listOf<SagaSummary>(folder, 'sagas', { service, query: { state, type, limit } })
  if (values.json === true) {
    sayJson(sagas)
    return 0
  }
  const rows = sagas.map((saga) => [saga.service, saga.type, saga.id, saga.state, saga.startedAt ?? ''])
  for (const line of formatTable(['SERVICE', 'TYPE', 'ID', 'STATE', 'STARTED'], rows)) say(line)
  return 0
}

async function show(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(args, { json: { type: 'boolean' } }, { positionals: 1 })
  const id = requireArgument(positionals, 0, 'the id of a saga')
  const saga = await findIn<SagaSummary & { readonly steps?: readonly SagaStep[] }>(folder, 'sagas', id)
  if (values.json === true) {
    sayJson(saga)
    return 0
  }
  const { steps = [], ...head } = saga
  say(toned('bold', `${head.type} ${head.id}: ${head.state}`))
  for (const [name, value] of Object.entries(head)) {
    if (!['type', 'id', 'state'].includes(name) && value !== null) say(`  ${name}: ${shown(value)}`)
  }
  const rows = steps.map((step) => [
    step.name,
    step.state ?? step.outcome ?? '',
    String(step.attempts ?? ''),
    step.at ?? '',
    step.error === undefined || step.error === null ? '' : shown(step.error),
  ])
  for (const line of formatTable(['STEP', 'STATE', 'ATTEMPTS', 'AT', 'ERROR'], rows)) say(line)
  return 0
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
