import { writeFile } from 'node:fs/promises'
import * as http from '@stoa/contracts/reporting/http'
import type { Report, ReportFormat, ReportLanguage, TemplateName } from '@stoa/contracts/reporting/resources'
import * as schedules from '@stoa/contracts/reporting/schedules-http'
import { askOperation } from '../ask-operation.ts'
import { CommandFailed, readLimit, readReaching, UsageError } from '../arguments.ts'
import { atGivenPath } from '../file-errors.ts'
import { formatTable, say, sayJson, toned } from '../output.ts'
import { gatewayOf, operatingToken } from '../reached-system.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'
import type { ReachedSystem } from '../system-url.ts'

export const help = `Usage: stoa reports ls [--limit N] [--json]
       stoa reports templates [--json]
       stoa reports run TEMPLATE --from DAY --to DAY [--currency CODE] [--formats pdf,xlsx,csv] [--language en|de] [--json]
       stoa reports show ID [--json]
       stoa reports repeat ID [--json]
       stoa reports download ID FORMAT FILE
       stoa reports schedules [--json]

Makes reports and downloads their files. "run" and "repeat" wait for the report and exit with 1 if it fails. Days are in UTC; --to does
not belong to the period. "schedules" lists when reports are due next.
`

export function run(args: readonly string[]): Promise<number> {
  const parts = { ls: list, templates, run: generate, show, repeat, download, schedules: listSchedules }
  return runSubcommand('reports', parts, args)
}

const json = { json: { type: 'boolean' } } as const

async function list(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, { ...json, limit: { type: 'string' } })
  const { items } = await askOperation(system, http.listReports, { query: { limit: readLimit(values.limit) ?? 50 } })
  if (values.json === true) sayJson(items)
  else if (items.length === 0) say('No reports.')
  else {
    const rows = items.map(({ id, title, state, createdAt, rowCount, error }) => [
      id,
      title,
      state,
      createdAt,
      rowCount === undefined ? '' : String(rowCount),
      error ?? '',
    ])
    for (const line of formatTable(['REPORT', 'TITLE', 'STATE', 'CREATED', 'ROWS', 'ERROR'], rows)) say(line)
  }
  return 0
}

async function templates(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, json)
  const { items } = await askOperation(system, http.listReportTemplates, { query: {} })
  if (values.json === true) sayJson(items)
  else
    for (const line of formatTable(
      ['TEMPLATE', 'SHOWS'],
      items.map(({ name, description }) => [name, description]),
    ))
      say(line)
  return 0
}

async function generate(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  const options = { ...json, from: text, to: text, currency: text, formats: text, language: text }
  const { system, values, positionals } = readReaching(args, options, { positionals: 1 })
  const template = requireArgument(positionals, 0, 'the template') as TemplateName
  const { from, to, currency, formats, language } = values
  if (from === undefined || to === undefined) throw new UsageError('--from and --to name the days of the report')
  // the service says what is wrong with a value
  const body = {
    template,
    from,
    to,
    ...(currency === undefined ? {} : { currency }),
    ...(formats === undefined ? {} : { formats: formats.split(',') as ReportFormat[] }),
    ...(language === undefined ? {} : { language: language as ReportLanguage }),
  }
  return ended(system, await askOperation(system, http.generateReport, { body }), values.json)
}

async function show(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, json, { positionals: 1 })
  return print(await askOperation(system, http.getReport, { params: { id: idIn(positionals) } }), values.json)
}

async function repeat(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, json, { positionals: 1 })
  const params = { id: idIn(positionals) }
  return ended(system, await askOperation(system, http.repeatReport, { params }), values.json)
}

function idIn(positionals: readonly string[]): Report['id'] {
  return requireArgument(positionals, 0, 'the id of the report') as Report['id']
}

// a report that waits for datamart for longer is ended by the service
const giveUpAfterMs = 2_400_000

async function ended(system: ReachedSystem, queued: Report, asJson: boolean | undefined): Promise<number> {
  const giveUpAt = performance.now() + giveUpAfterMs
  let report = queued
  while (report.state === 'queued') {
    if (performance.now() > giveUpAt) throw new CommandFailed(`the report ${report.id} has not ended`)
    await new Promise((resolve) => setTimeout(resolve, 500))
    report = await askOperation(system, http.getReport, { params: { id: report.id } })
  }
  print(report, asJson)
  return report.state === 'completed' ? 0 : 1
}

function print(report: Report, asJson: boolean | undefined): number {
  if (asJson === true) sayJson(report)
  else {
    const { id, title, state, rowCount, asOf, files = [], error, sql } = report
    say(`${id}  ${title}: ${state === 'failed' ? toned('red', state) : state}`)
    if (error !== undefined) say(`error   ${error}`)
    if (rowCount !== undefined) say(`rows    ${rowCount}`)
    if (asOf !== undefined) say(`as of   ${asOf}`)
    for (const { format, sizeBytes } of files) say(`${format.padEnd(8)}${sizeBytes} bytes`)
    if (sql !== undefined) say(sql)
  }
  return 0
}

const downloadTimeoutMs = 120_000

async function download(args: readonly string[]): Promise<number> {
  const { system, positionals } = readReaching(args, {}, { positionals: 3 })
  const id = idIn(positionals)
  const format = requireArgument(positionals, 1, 'the format')
  const path = requireArgument(positionals, 2, 'the file to write')
  if (!['pdf', 'xlsx', 'csv'].includes(format)) throw new UsageError(`a format is pdf, xlsx or csv, not "${format}"`)
  const answer = await fetch(`${await gatewayOf(system)}/api/v1/reports/${encodeURIComponent(id)}/${format}`, {
    headers: { authorization: `Bearer ${await operatingToken(system)}` },
    signal: AbortSignal.timeout(downloadTimeoutMs),
  })
  if (!answer.ok) {
    const { detail } = (await answer.json().catch(() => ({}))) as { readonly detail?: string }
    throw new CommandFailed(detail ?? `the download was refused with ${answer.status}`)
  }
  const bytes = Buffer.from(await answer.arrayBuffer())
  await atGivenPath(path, () => writeFile(path, bytes))
  say(`${path}: ${bytes.length} bytes`)
  return 0
}

async function listSchedules(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, json)
  const { items } = await askOperation(system, schedules.listSchedules, { query: { limit: 200 } })
  if (values.json === true) sayJson(items)
  else if (items.length === 0) say('No schedules.')
  else {
    const rows = items.map(({ id, title, cron, timeZone, period, nextAt, recipients }) => [
      id,
      title,
      `${cron} ${timeZone}`,
      period,
      nextAt ?? 'not active',
      String(recipients.length),
    ])
    for (const line of formatTable(['SCHEDULE', 'TITLE', 'DUE', 'PERIOD', 'NEXT', 'RECIPIENTS'], rows)) say(line)
  }
  return 0
}
