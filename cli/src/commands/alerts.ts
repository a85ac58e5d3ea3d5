import { randomUUID } from 'node:crypto'
import type { Alert, SilenceMatcher } from '@stoa/contracts/monitoring/alert-resources'
import * as http from '@stoa/contracts/monitoring/alerts-http'
import { readReaching, UsageError } from '../arguments.ts'
import { askOperation } from '../ask-operation.ts'
import { formatTable, say, sayJson, toned } from '../output.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'

export const help = `Usage: stoa alerts [list] [--state pending|firing|resolved] [--service SERVICE] [--severity page|ticket] [--json]
       stoa alerts ack ID [--comment TEXT] [--json]
       stoa alerts silence LABEL=VALUE... --comment TEXT [--minutes 60] [--json]
       stoa alerts silences [--json]
       stoa alerts unsilence ID

Lists alerts, those that began last first; without a state, only those that are pending or firing. "ack" notes that you take care of one.
"silence" keeps the alerts that have all these labels (also with !=, =~ and !~) from being published until it ends; they are still listed.
`

export function run(args: readonly string[]): Promise<number> {
  const [first] = args
  const named = first === undefined || first.startsWith('-') ? ['list', ...args] : args
  return runSubcommand('alerts', { list, ack, silence, silences, unsilence }, named)
}

async function list(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, {
    state: { type: 'string' },
    service: { type: 'string' },
    severity: { type: 'string' },
    json: { type: 'boolean' },
  })
  const { state, service, severity } = values
  const alerts: Alert[] = []
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await askOperation(system, http.listAlerts, {
      query: { state, service, severity, limit: 200, cursor },
    })
    alerts.push(...page.items)
    cursor = page.nextCursor
  }
  if (values.json === true) sayJson(alerts)
  else if (alerts.length === 0) say('No alerts.')
  else
    for (const line of formatTable(['ID', 'STATE', 'SEVERITY', 'ALERT', 'SINCE', 'WHAT', 'NOTE'], alerts.map(cells)))
      say(line)
  return 0
}

function cells({ id, state, severity, name, activeAt, summary, acknowledgedAt, silencedUntil }: Alert): string[] {
  const notes = [
    ...(acknowledgedAt === undefined ? [] : ['acknowledged']),
    ...(silencedUntil === undefined ? [] : [`silenced until ${silencedUntil.slice(0, 16)}Z`]),
  ]
  const shown = state === 'firing' ? toned('red', state) : state
  return [id, shown, severity, name, `${activeAt.slice(0, 19)}Z`, summary, notes.join(', ')]
}

async function ack(args: readonly string[]): Promise<number> {
  const options = { comment: { type: 'string' }, json: { type: 'boolean' } } as const
  const { system, values, positionals } = readReaching(args, options, { positionals: 1 })
  const id = requireArgument(positionals, 0, 'the id of the alert')
  const body = values.comment === undefined ? {} : { comment: values.comment }
  const alert = await askOperation(system, http.acknowledgeAlert, { params: { id }, body })
  if (values.json === true) sayJson(alert)
  else say(`${alert.name} is acknowledged: ${alert.summary}`)
  return 0
}

async function silence(args: readonly string[]): Promise<number> {
  const options = { comment: { type: 'string' }, minutes: { type: 'string' }, json: { type: 'boolean' } } as const
  const { system, values, positionals } = readReaching(args, options, { positionals: 10 })
  requireArgument(positionals, 0, 'a label of the alerts')
  if (values.comment === undefined) throw new UsageError('--comment is missing: it says why the alerts are silenced')
  const minutes = Number(values.minutes ?? '60')
  if (!Number.isInteger(minutes) || minutes < 1) throw new UsageError('--minutes takes a whole number from 1')
  const body = { matchers: positionals.map(matcherOf), comment: values.comment, minutes }
  const made = await askOperation(system, http.createSilence, { body, key: randomUUID() })
  if (values.json === true) sayJson(made)
  else say(`Silenced until ${made.endsAt}; "stoa alerts unsilence ${made.id}" ends it.`)
  return 0
}

function matcherOf(text: string): SilenceMatcher {
  const [, name, operator, value] = /^([a-zA-Z_]\w*)(=~|!~|!=|=)(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new UsageError(`"${text}" is not LABEL=VALUE, such as service=search`)
  return { name, operator: operator as NonNullable<SilenceMatcher['operator']>, value }
}

async function silences(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, { json: { type: 'boolean' } })
  const { items } = await askOperation(system, http.listSilences, { query: { limit: 200 } })
  if (values.json === true) sayJson(items)
  else if (items.length === 0) say('No silences.')
  else {
    const rows = items.map(({ id, matchers, endsAt, comment }) => [
      id,
      matchers.map(({ name, operator = '=', value }) => `${name}${operator}${value}`).join(' '),
      endsAt,
      comment ?? '',
    ])
    for (const line of formatTable(['ID', 'ALERTS', 'UNTIL', 'COMMENT'], rows)) say(line)
  }
  return 0
}

async function unsilence(args: readonly string[]): Promise<number> {
  const { system, positionals } = readReaching(args, {}, { positionals: 1 })
  await askOperation(system, http.endSilence, {
    params: { id: requireArgument(positionals, 0, 'the id of the silence') },
  })
  say('The silence has ended.')
  return 0
}
