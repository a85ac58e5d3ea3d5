import { readLimit, readReaching, UsageError } from '../arguments.ts'
import { letterEndpoints } from '@stoa/events/endpoints'
import { askItem, listOf, retryAll, type ItemAt } from '../operating.ts'
import { formatTable, jsonText, say, sayJson } from '../output.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'

export const help = `Usage: stoa dlq ls [SERVICE] [--state STATE] [--json]
       stoa dlq show SERVICE ID [--json]
       stoa dlq retry SERVICE ID
       stoa dlq retry [SERVICE] --all
       stoa dlq discard SERVICE ID --reason TEXT

Lists, shows, retries or discards dead letters: events that a consumer failed to handle on every attempt. A retry handles all
failed events of the same key in order; with --all, those of every key of one service or of all services. A discard drops
the event permanently, and the key continues with the next event. States: dead (the default), failing, waiting, discarded.
`

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand('dlq', { ls: list, show, retry, discard }, args)
}

async function list(args: readonly string[]): Promise<number> {
  const options = { state: { type: 'string' }, limit: { type: 'string' }, json: { type: 'boolean' } } as const
  const { system, values, positionals } = readReaching(args, options, { positionals: 1 })
  const { state, limit } = values
  const query = { state, limit: readLimit(limit) }
  const letters = await listOf(system, letterEndpoints.listDeadLetters, positionals[0], query)
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
  const { system, values, positionals } = readReaching(args, { json: { type: 'boolean' } }, { positionals: 2 })
  const letter = await askItem(system, letterEndpoints.showDeadLetter, letterAt(positionals))
  if (values.json === true) sayJson(letter)
  else say(jsonText(letter, 2))
  return 0
}

async function retry(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, { all: { type: 'boolean' } }, { positionals: 2 })
  if (values.all === true) {
    if (positionals.length > 1) throw new UsageError('an ID and --all exclude each other')
    const retried = [...(await retryAll(system, letterEndpoints.retryAllDeadLetters, positionals[0]))].filter(
      ([, count]) => count > 0,
    )
    if (retried.length === 0) say('Nothing to retry.')
    for (const [name, count] of retried) say(`${name}: ${count} ${count === 1 ? 'key is' : 'keys are'} retried.`)
    return 0
  }
  await askItem(system, letterEndpoints.retryDeadLetter, letterAt(positionals))
  say('Retrying the event and the events queued behind it.')
  return 0
}

async function discard(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, { reason: { type: 'string' } }, { positionals: 2 })
  const { reason } = values
  if (reason === undefined || reason.trim() === '')
    throw new UsageError('discard requires a reason, which is stored: --reason TEXT')
  await askItem(system, letterEndpoints.discardDeadLetter, letterAt(positionals), { reason })
  say('Discarded; the events queued behind it continue.')
  return 0
}

function letterAt(positionals: readonly string[]): ItemAt {
  const service = requireArgument(positionals, 0, 'the service')
  return { service, id: requireArgument(positionals, 1, 'the id of the dead letter') }
}
