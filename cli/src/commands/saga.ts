import { sagaEndpoints, type SagaDetails } from '@stoa/saga/endpoints'
import { askService, listOf } from '../operating.ts'
import { CommandFailed, readLimit, readReaching, UsageError } from '../arguments.ts'
import { formatTable, say, sayJson, toned } from '../output.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'
import type { ReachedSystem } from '../system-url.ts'
import { operatedOf } from '../reached-system.ts'

export const help = `Usage: stoa saga ls [--state STATE] [--type NAME] [--service SERVICE] [--limit N] [--json]
       stoa saga show ID [--json]
       stoa saga retry ID
       stoa saga compensate ID
       stoa saga skip ID --yes

Lists sagas, newest first, or shows one with its steps, attempts and errors. ID is the id of a saga (order-fulfilment:…) or of
its subject: an order id shows all sagas of the order. States: running, waiting, compensating, completed, compensated, stuck.
  retry       retry the failed step of a stuck saga
  compensate  compensate a saga that is not past its pivot
  skip        skip the failed step of a stuck saga and continue; you must perform the effect of the step yourself
`

type Found = SagaDetails & { readonly service: string }

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand(
    'saga',
    {
      ls: list,
      show,
      retry: (rest) => act('retry', rest),
      compensate: (rest) => act('compensate', rest),
      skip: (rest) => act('skip', rest),
    },
    args,
  )
}

async function list(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, {
    state: { type: 'string' },
    type: { type: 'string' },
    service: { type: 'string' },
    limit: { type: 'string' },
    json: { type: 'boolean' },
  })
  const { service, state, type, limit } = values
  const query = { state, type, limit: readLimit(limit) }
  const sagas = await listOf(system, sagaEndpoints.listSagas, service, query)
  if (values.json === true) {
    sayJson(sagas)
    return 0
  }
  const rows = sagas.map((saga) => [saga.service, saga.id, saga.state, saga.createdAt.slice(0, 19), saga.reason ?? ''])
  for (const line of formatTable(['SERVICE', 'ID', 'STATE', 'STARTED', 'REASON'], rows)) say(line)
  return 0
}

async function show(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, { json: { type: 'boolean' } }, { positionals: 1 })
  const sagas = await find(system, requireArgument(positionals, 0, 'the id of a saga'))
  if (values.json === true) {
    sayJson(sagas.length === 1 ? sagas[0] : sagas)
    return 0
  }
  for (const saga of sagas) for (const line of describe(saga)) say(line)
  return 0
}

const actions = {
  retry: sagaEndpoints.retrySaga,
  compensate: sagaEndpoints.compensateSaga,
  skip: sagaEndpoints.skipSagaStep,
}

async function act(action: keyof typeof actions, args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, { yes: { type: 'boolean' } }, { positionals: 1 })
  const wanted = requireArgument(positionals, 0, 'the id of a saga')
  if (action === 'skip' && values.yes !== true)
    throw new UsageError('skip omits a step permanently: confirm with --yes')
  const [saga, ...others] = await find(system, wanted)
  if (saga === undefined || others.length > 0) {
    const ids = [saga, ...others].map((each) => each?.id).join(', ')
    throw new UsageError(`${wanted} has several sagas: use one of ${ids}`)
  }
  const { id, service } = saga
  const after = await askService(system, service, actions[action], { params: { id } })
  say(`${id}: ${after.state}`)
  return 0
}

/** Returns the saga with this id, or all sagas with this key. */
async function find(system: ReachedSystem, wanted: string): Promise<Found[]> {
  const { sagas } = await operatedOf(system)
  const candidates = Object.entries(sagas).flatMap(([service, types]) =>
    (wanted.includes(':') ? [wanted] : types.map((type) => `${type}:${wanted}`)).map((id) => ({ service, id })),
  )
  const found = await Promise.all(
    candidates.map(async ({ service, id }) => {
      try {
        return [{ ...(await askService(system, service, sagaEndpoints.showSaga, { params: { id } })), service }]
      } catch (error) {
        if (error instanceof CommandFailed && error.code === 'saga.not_found') return []
        throw error
      }
    }),
  )
  const all = found.flat()
  if (all.length === 0) throw new CommandFailed(`no service has a saga ${wanted}: "stoa saga ls" lists the sagas`)
  return all
}

function describe(saga: Found): string[] {
  const { id, state, service, reason, traceId, createdAt, endedAt, trying, steps } = saga
  const facts = [
    ['service', service],
    ['reason', reason],
    ['trace', traceId],
    ['started', createdAt],
    ['ended', endedAt],
    ['trying', trying && `since ${trying.since}, ${trying.attempts} times: ${trying.lastError ?? ''}`],
  ].filter((fact): fact is [string, string] => fact[1] !== undefined)
  const rows = steps.map((step) => [
    step.step,
    step.kind,
    step.outcome,
    String(step.attempts),
    `${Date.parse(step.endedAt) - Date.parse(step.startedAt)} ms`,
    [step.error, step.detail].filter(Boolean).join(': '),
  ])
  return [
    toned('bold', `${id}: ${state}`),
    ...facts.map(([name, value]) => `  ${name.padEnd(8)} ${value}`),
    ...formatTable(['STEP', 'KIND', 'OUTCOME', 'ATTEMPTS', 'TOOK', 'ERROR'], rows),
  ]
}
