import { setTimeout as delay } from 'node:timers/promises'
import type { DataFolder } from '@stoa/system/supervisor/data-folder'
import { readOperated } from '@stoa/system/supervisor/operated'
import { CommandFailed, readArguments, UsageError } from '../arguments.ts'
import { askService } from '../operating.ts'
import { say, sayJson, toned } from '../output.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'
import { parseSince } from './logs.ts'

export const help = `Usage: stoa events tail [-f] [--type TYPE,...] [--subject ID] [--order ID] [--since 10m] [--limit 20] [--json]
       stoa events show ID [--json]
       stoa events replay SERVICE --from FROM [--anew] [--yes] [--json]

The log of all events. tail shows the last of those that fit, or all since a time, one JSON object a line with --json.
  -f, --follow   goes on with what comes
  --subject ID   of this aggregate; --order ID: in which this id occurs, whoever published it

replay gives a service the events again that it has passed, from start, a time (or 10m), or TOPIC/PARTITION:POSITION on; it
says what it would do, and does it with --yes. What the service's inbox knows takes no effect a second time.
  --anew         handles those anew too: messages are sent again, sums are added again, unless the service overwrites
`

interface Logged {
  readonly topic: string
  readonly partition: number
  readonly position: number
  readonly appendedAt: string
  readonly event: { readonly id: string; readonly type: string; readonly subject: string }
}

interface Page {
  readonly items: readonly Logged[]
  readonly cursor: string
}

interface Plan {
  readonly events: number
  readonly known: number
  readonly positions: readonly object[]
}

const pollMs = 400
const pageSize = '200'

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand('events', { tail, show, replay }, args)
}

async function tail(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, {
    follow: { type: 'boolean', short: 'f' },
    type: { type: 'string' },
    subject: { type: 'string' },
    order: { type: 'string' },
    since: { type: 'string' },
    limit: { type: 'string' },
    json: { type: 'boolean' },
  })
  const wanted = new URLSearchParams()
  for (const type of values.type?.split(',') ?? []) wanted.append('type', type.trim())
  if (values.subject !== undefined) wanted.set('subject', values.subject)
  if (values.order !== undefined) wanted.set('text', values.order)
  const service = await anyReader(folder)
  const read = (more: Readonly<Record<string, string>>) =>
    askService<Page>(folder, service, `events?${new URLSearchParams([...wanted, ...Object.entries(more)]).toString()}`)
  const print = ({ items }: Page) => items.forEach((each) => (values.json === true ? sayJson(each) : say(lineOf(each))))

  let page = await read(
    values.since === undefined
      ? { from: 'last', limit: values.limit ?? '20' }
      : { from: parseSince(values.since, new Date()), limit: pageSize },
  )
  print(page)
  while (values.follow === true || (values.since !== undefined && page.items.length > 0)) {
    page = await read({ cursor: page.cursor, limit: pageSize })
    print(page)
    if (page.items.length === 0) await delay(pollMs)
  }
  return 0
}

async function show(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(args, { json: { type: 'boolean' } }, { positionals: 1 })
  const id = requireArgument(positionals, 0, 'the id of an event')
  const event = await askService<Logged>(folder, await anyReader(folder), `events/${encodeURIComponent(id)}`).catch(
    (error: unknown) => {
      if (!(error instanceof CommandFailed) || error.code !== 'request.path_unknown') throw error
      throw new CommandFailed(`the log has no event ${id}: "stoa events tail" lists the last ones`)
    },
  )
  if (values.json === true) sayJson(event)
  else say(JSON.stringify(event, undefined, 2))
  return 0
}

async function replay(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(
    args,
    { from: { type: 'string' }, anew: { type: 'boolean' }, yes: { type: 'boolean' }, json: { type: 'boolean' } },
    { positionals: 1 },
  )
  const service = requireArgument(positionals, 0, 'the service')
  if (values.from === undefined)
    throw new UsageError('replay needs to know from where: --from start, a time, or TOPIC/PARTITION:POSITION')
  const isPlace = values.from === 'start' || values.from.includes('/')
  const from = isPlace ? values.from : parseSince(values.from, new Date())
  const body = { from, anew: values.anew === true, isDryRun: values.yes !== true }
  const plan = await askService<Plan>(folder, service, 'consumer/replay', { method: 'POST', body })
  if (values.json === true) sayJson({ service, isDone: values.yes === true, ...plan })
  else for (const line of describePlan(service, plan, body)) say(line)
  return 0
}

function describePlan(
  service: string,
  { events, known, positions }: Plan,
  { anew, isDryRun }: { readonly anew: boolean; readonly isDryRun: boolean },
): string[] {
  if (events === 0) return [`${service} has passed no events from there on: nothing to replay.`]
  const effect = anew
    ? `all of them are handled anew, ${known} for the second time`
    : `${known} of them have taken effect and are passed over, ${events - known} are handled`
  const what = `${events} events of ${positions.length} partitions are delivered to ${service} again: ${effect}.`
  return isDryRun ? [`Would do: ${what}`, 'Nothing was done; --yes does it.'] : [what]
}

/** The log is one for all, and every service that consumes can read it. */
async function anyReader(folder: DataFolder): Promise<string> {
  const { consumers } = await readOperated(folder)
  const [first] = consumers
  if (first === undefined)
    throw new CommandFailed('no service that reads the event log has been started here: start with "npm start"')
  return first
}

function lineOf({ topic, partition, position, appendedAt, event }: Logged): string {
  const place = toned('dim', `${topic}/${partition}:${position}`)
  return `${appendedAt.slice(0, 23)}  ${event.type.padEnd(28)} ${event.subject}  ${event.id}  ${place}`
}
