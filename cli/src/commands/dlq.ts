import { readArguments, UsageError } from '../arguments.ts'
import { askService, listOf } from '../operating.ts'
import { formatTable, say, sayJson } from '../output.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'

export const help = `Usage: stoa dlq ls [SERVICE] [--state STATE] [--json]
       stoa dlq show SERVICE ID [--json]
       stoa dlq retry SERVICE ID
       stoa dlq discard SERVICE ID --reason TEXT

Events whose handling failed for good. A retry takes the events of the key in their order; a discard gives this one up for
ever and lets those behind it go on. States: dead (the usual), failing, waiting, discarded.
`

interface Letter {
  readonly id: number
  readonly type: string
  readonly key: string
  readonly state: string
  readonly attempts: number
  readonly error?: { readonly message?: string } | null
}

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand('dlq', { ls: list, show, retry, discard }, args)
}

async function list(args: readonly string[]): Promise<number> {
  const options = { state: { type: 'string' }, limit: { type: 'string' }, json: { type: 'boolean' } } as const
  const { folder, values, positionals } = readArguments(args, options, { positionals: 1 })
  const { state, limit } = values
  const letters = await listOf<Letter>(folder, 'dead-letters', { service: positionals[0], query: { state, limit } })
  if (values.json === true) {
    sayJson(letters)
    return 0
  }
  if (letters.length === 0) say('No dead letters.')
  const rows = letters.map((letter) => [
    letter.service,
    String(letter.id),
    letter.type,
    letter.key,
    letter.state,
    String(letter.attempts),
    letter.error?.message ?? '',
  ])
  if (rows.length > 0)
    for (const line of formatTable(['SERVICE', 'ID', 'TYPE', 'KEY', 'STATE', 'ATTEMPTS', 'ERROR'], rows)) say(line)
  return 0
}

async function show(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(args, { json: { type: 'boolean' } }, { positionals: 2 })
  const letter = await askService<object>(folder, ...letterAt(positionals))
  if (values.json === true) sayJson(letter)
  else say(JSON.stringify(letter, undefined, 2))
  return 0
}

async function retry(args: readonly string[]): Promise<number> {
  const { folder, positionals } = readArguments(args, {}, { positionals: 2 })
  const [service, path] = letterAt(positionals)
  await askService(folder, service, `${path}/retry`, { method: 'POST' })
  say('It is tried again, and with it what waits behind it.')
  return 0
}

async function discard(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(args, { reason: { type: 'string' } }, { positionals: 2 })
  const { reason } = values
  if (reason === undefined || reason.trim() === '')
    throw new UsageError('discard needs a reason, which is kept: --reason TEXT')
  const [service, path] = letterAt(positionals)
  await askService(folder, service, `${path}/discard`, { method: 'POST', body: { reason } })
  say('Given up; what waited behind it goes on.')
  return 0
}

function letterAt(positionals: readonly string[]): [service: string, path: string] {
  const service = requireArgument(positionals, 0, 'the service')
  return [service, `dead-letters/${encodeURIComponent(requireArgument(positionals, 1, 'the id of the dead letter'))}`]
}
