import { consumerEndpoints, logEndpoints, type EventInLog, type ReplayPlan } from '@stoa/events/endpoints'
import type { OperatingRequest } from '@stoa/contract'
import { compact } from '@stoa/kernel'
import { setTimeout as delay } from 'node:timers/promises'
import { systemIn } from '@stoa/supervisor/system-in'
import { eventLogDatabase } from '@stoa/system/topology'
import { keepAsking } from '../keep-asking.ts'
import { CommandFailed, readArguments, readLimit, readReaching, UsageError } from '../arguments.ts'
import { askService } from '../operating.ts'
import { jsonText, note, say, sayJson, toned } from '../output.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'
import { parseSince } from './logs.ts'
import { describePruned, pruneLog } from '../prune-log.ts'
import { connectionOf } from '../sql-session.ts'
import type { ReachedSystem } from '../system-url.ts'
import { operatedOf } from '../reached-system.ts'

export const help = `Usage: stoa events tail [-f] [--type TYPE,...] [--subject ID] [--order ID] [--since 10m] [--limit 20] [--json]
       stoa events show ID [--json | --bare]
       stoa events pause SERVICE
       stoa events resume SERVICE
       stoa events prune [--force] [--yes] [--json]
       stoa events replay SERVICE --from FROM [--anew] [--yes] [--json]

Reads the event log and controls the consumers of a service.

tail prints the last matching events, or all since a time; with --json one JSON object per line.
  -f, --follow   keep printing new events
  --subject ID   only events of this aggregate
  --order ID     only events that contain this id (or a SKU, or another identifier), from any publisher

show prints an event with its position in the log; --bare prints only the CloudEvent, as application/cloudevents+json.

pause stops the delivery of events to every instance of a service until resume, also across restarts; events that are being
handled are completed.

prune removes events that are older than the retention of their topic, as the services do each hour. It prints what it would
remove, and removes it with --yes. It works only with a system on this machine.
  --force        also remove events that a consumer group has not processed: the group continues with the first one left

replay delivers events again that a service has already passed, starting FROM "start", a time (or 10m), or
TOPIC/PARTITION:POSITION. It prints the plan, and executes it with --yes. Events in the inbox of the service have no second effect.
  --anew         also reprocess events that are in the inbox: messages are sent twice and sums are added twice, unless the
                 handler overwrites
`

type EventQuery = OperatingRequest<typeof logEndpoints.listEvents>['query']

const pollMs = 400
const pageSize = 200

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand('events', { tail, show, replay, pause, resume, prune }, args)
}

async function tail(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, {
    follow: { type: 'boolean', short: 'f' },
    type: { type: 'string' },
    subject: { type: 'string' },
    order: { type: 'string' },
    since: { type: 'string' },
    limit: { type: 'string' },
    json: { type: 'boolean' },
  })
  const first =
    values.since === undefined
      ? { from: 'last', limit: Number(readLimit(values.limit) ?? 20) }
      : { from: parseSince(values.since, new Date()), limit: pageSize }
  const types = values.type?.split(',').map((type) => type.trim()) ?? []
  const wanted = compact({ type: types, subject: values.subject, text: values.order })
  const service = await anyReader(system)
  const read = (more: EventQuery) =>
    askService(system, service, logEndpoints.listEvents, { query: { ...wanted, ...more } })
  const print = ({ items }: { readonly items: readonly EventInLog[] }) =>
    items.forEach((each) => (values.json === true ? sayJson(each) : say(lineOf(each))))

  let page = await read(first)
  print(page)
  if (page.items.length === 0) for (const line of await unknownTypes(system, types)) note(line)
  while (values.follow === true || (values.since !== undefined && page.items.length > 0)) {
    const next = { cursor: page.cursor, limit: pageSize }
    page = await keepAsking(() => read(next))
    print(page)
    if (page.items.length === 0) await delay(pollMs)
  }
  return 0
}

/** A sentence for each type that no service publishes: nothing found and mistyped look the same. */
async function unknownTypes({ folder }: ReachedSystem, types: readonly string[]): Promise<string[]> {
  const { services } = await systemIn(folder)
  const published = new Set(
    services.flatMap(({ contract }) => Object.values(contract?.publishes ?? {}).map(({ type }) => type)),
  )
  return types.filter((type) => !published.has(type)).map((type) => `No service of this release publishes "${type}".`)
}

async function show(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(
    args,
    { json: { type: 'boolean' }, bare: { type: 'boolean' } },
    { positionals: 1 },
  )
  const id = requireArgument(positionals, 0, 'the id of an event')
  const event = await askService(system, await anyReader(system), logEndpoints.showEvent, { params: { id } }).catch(
    (error: unknown) => {
      if (!(error instanceof CommandFailed) || error.code !== 'operating.not_found') throw error
      throw new CommandFailed(`the log has no event ${id}: "stoa events tail" lists the last ones`)
    },
  )
  if (values.bare === true) sayJson(event.event)
  else if (values.json === true) sayJson(event)
  else say(jsonText(event, 2))
  return 0
}

function pause(args: readonly string[]): Promise<number> {
  return setPaused(args, 'pause')
}

function resume(args: readonly string[]): Promise<number> {
  return setPaused(args, 'resume')
}

async function setPaused(args: readonly string[], action: 'pause' | 'resume'): Promise<number> {
  const { system, positionals } = readReaching(args, {}, { positionals: 1 })
  const service = requireArgument(positionals, 0, 'the service')
  await askService(
    system,
    service,
    action === 'pause' ? consumerEndpoints.pauseConsumer : consumerEndpoints.resumeConsumer,
  )
  say(
    action === 'pause'
      ? `${service} consumes no events until "stoa events resume ${service}".`
      : `${service} consumes again.`,
  )
  return 0
}

async function replay(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(
    args,
    { from: { type: 'string' }, anew: { type: 'boolean' }, yes: { type: 'boolean' }, json: { type: 'boolean' } },
    { positionals: 1 },
  )
  const service = requireArgument(positionals, 0, 'the service')
  if (values.from === undefined)
    throw new UsageError('replay requires --from: start, a time, or TOPIC/PARTITION:POSITION')
  const isPosition = values.from === 'start' || values.from.includes('/')
  const from = isPosition ? values.from : parseSince(values.from, new Date(), '--from')
  const body = { from, anew: values.anew === true, isDryRun: values.yes !== true }
  const plan = await askService(system, service, consumerEndpoints.replayEvents, { body })
  if (values.json === true) sayJson({ service, isDone: values.yes === true, ...plan })
  else for (const line of describePlan(service, plan, body)) say(line)
  return 0
}

async function prune(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, {
    force: { type: 'boolean' },
    yes: { type: 'boolean' },
    json: { type: 'boolean' },
  })
  const isDryRun = values.yes !== true
  const given = process.env['LOG_DATABASE_URL']
  const connection = given ? { connectionString: given } : await connectionOf(folder, eventLogDatabase)
  const pruned = await pruneLog(connection, { isForced: values.force === true, isDryRun })
  if (values.json === true) sayJson({ isDone: !isDryRun, ...pruned })
  else for (const line of describePruned(pruned, isDryRun)) say(line)
  return 0
}

function describePlan(
  service: string,
  { events, known, forgotten, positions }: ReplayPlan,
  { anew, isDryRun }: { readonly anew: boolean; readonly isDryRun: boolean },
): string[] {
  if (events === 0) return [`${service} has passed no events since then: nothing to replay.`]
  const effect = anew
    ? `all of them are processed again, ${known} of them for the second time`
    : `${known} of them were already processed and are skipped, ${events - known} are processed`
  const what = `${events} events of ${positions.length} partitions are delivered to ${service} again: ${effect}.`
  if (!isDryRun) return [what]
  if (forgotten > 0 && !anew) {
    const old = `${forgotten} of them are older than the inbox, so they would take effect again`
    return [`Would do: ${what}`, `But ${old}: this requires --anew, or a later --from.`]
  }
  return [`Would do: ${what}`, 'Nothing was changed; add --yes to execute it.']
}

/** All services share one event log, so any service that consumes events can read it. */
async function anyReader(system: ReachedSystem): Promise<string> {
  const { consumers } = await operatedOf(system)
  const [first] = consumers
  if (first === undefined)
    throw new CommandFailed('no service that reads the event log has been started here: run "npm start"')
  return first
}

function lineOf({ topic, partition, position, appendedAt, event }: EventInLog): string {
  const location = toned('dim', `${topic}/${partition}:${position}`)
  return `${appendedAt.slice(0, 23)}  ${event.type.padEnd(28)} ${event.subject}  ${event.id}  ${location}`
}
