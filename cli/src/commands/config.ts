import { environmentNames, type EnvironmentName } from '@stoa/contracts/config/environments'
import * as http from '@stoa/contracts/config/values-http'
import type { SettingSchema, SettingValue } from '@stoa/contracts/config/values'
import { readReason, readVersion, servedEnvironment } from '../ask-config.ts'
import { askOperation } from '../ask-operation.ts'
import { readLimit, readReaching, UsageError } from '../arguments.ts'
import { formatTable, say, sayJson } from '../output.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'
import type { ReachedSystem } from '../system-url.ts'

export const help = `Usage: stoa config ls [--json]
       stoa config get APPLICATION [--environment NAME] [--json]
       stoa config set APPLICATION SETTING=VALUE... --reason TEXT [--environment NAME] [--json]
       stoa config diff APPLICATION [--version N] [--with NAME] [--environment NAME] [--json]
       stoa config history APPLICATION [--environment NAME] [--limit N] [--json]
       stoa config rollback APPLICATION VERSION --reason TEXT [--environment NAME] [--json]

Shows and changes the values of an application, by default in the environment that the system uses. "set" keeps the other
values; SETTING= removes a value, so that the default of the application applies. A secret is set by its name in the store of
the environment. "diff" compares with another version or environment. Every change is recorded with its reason.
`

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand('config', { ls: list, get, set, diff, history, rollback }, args)
}

const options = { environment: { type: 'string' }, json: { type: 'boolean' } } as const
const changing = { ...options, reason: { type: 'string' } } as const

async function list(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, { json: { type: 'boolean' } })
  const { items } = await askOperation(system, http.listApplications, { query: { limit: 200 } })
  if (values.json === true) sayJson(items)
  else {
    const rows = items.flatMap(({ name, settings }) =>
      Object.entries(settings).map(([setting, { type, description = '' }]) => [name, setting, type, description]),
    )
    for (const line of formatTable(['APPLICATION', 'SETTING', 'TYPE', 'DESCRIPTION'], rows)) say(line)
  }
  return 0
}

async function get(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, options, { positionals: 1 })
  const params = await placeOf(system, positionals, values.environment)
  return print(await askOperation(system, http.getConfiguration, { params }), values.json)
}

async function set(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, changing, { positionals: 101 })
  const reason = readReason(values.reason)
  requireArgument(positionals, 1, 'a setting with its value')
  const params = await placeOf(system, positionals, values.environment)
  const { settings } = await askOperation(system, http.getApplication, { params })
  const current = await askOperation(system, http.getConfiguration, { params })
  const next: Record<string, SettingValue> = { ...current.values }
  for (const text of positionals.slice(1)) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
    if (name === undefined || value === undefined) throw new UsageError(`"${text}" is not SETTING=VALUE`)
    if (value === '') delete next[name]
    else next[name] = readValue(name, value, settings[name])
  }
  const body = { values: next, reason }
  const { version } = current
  return print(await askOperation(system, http.replaceConfiguration, { params, body, version }), values.json)
}

async function diff(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(
    args,
    { ...options, version: { type: 'string' }, with: { type: 'string' } },
    { positionals: 1 },
  )
  const params = await placeOf(system, positionals, values.environment)
  const version = values.version === undefined ? undefined : readVersion(values.version)
  const query = { version, with: readEnvironment('--with', values.with) }
  const { items } = await askOperation(system, http.compareConfiguration, { params, query })
  if (values.json === true) sayJson(items)
  else if (items.length === 0) say('No differences.')
  else for (const { name, before, after } of items) say(`${name}: ${shown(before)} -> ${shown(after)}`)
  return 0
}

async function history(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(
    args,
    { ...options, limit: { type: 'string' } },
    { positionals: 1 },
  )
  const params = await placeOf(system, positionals, values.environment)
  const query = { limit: readLimit(values.limit) }
  const { items } = await askOperation(system, http.listConfigurationChanges, { params, query })
  if (values.json === true) sayJson(items)
  else {
    const rows = items.map(({ version, changedAt, action, changedBy, reason }) => [
      String(version),
      changedAt,
      action,
      changedBy,
      reason,
    ])
    for (const line of formatTable(['VERSION', 'AT', 'ACTION', 'BY', 'REASON'], rows)) say(line)
  }
  return 0
}

async function rollback(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, changing, { positionals: 2 })
  const version = readVersion(requireArgument(positionals, 1, 'the version'))
  const body = { version, reason: readReason(values.reason) }
  const params = await placeOf(system, positionals, values.environment)
  return print(await askOperation(system, http.rollBackConfiguration, { params, body }), values.json)
}

interface Printed {
  readonly application: string
  readonly environment: string
  readonly version: number
  readonly values: Readonly<Record<string, SettingValue>>
}

function print(configuration: Printed, isJson: boolean | undefined): number {
  if (isJson === true) {
    sayJson(configuration)
    return 0
  }
  const { application, environment, version, values } = configuration
  say(`${application} in ${environment}, version ${version}`)
  for (const [name, value] of Object.entries(values)) say(`${name}=${shown(value)}`)
  return 0
}

const shown = (value: SettingValue | undefined) =>
  value === undefined ? '(not set)' : typeof value === 'string' ? value : JSON.stringify(value)

/** A value as the schema of its setting means it; the service checks it. */
function readValue(name: string, text: string, schema: SettingSchema | undefined): SettingValue {
  switch (schema?.type) {
    case undefined:
      throw new UsageError(`${name} is not a setting of the application; "stoa config ls" lists them`)
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true'
      throw new UsageError(`${name} takes true or false, not "${text}"`)
    case 'number':
    case 'integer':
      if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
      throw new UsageError(`${name} takes a number, not "${text}"`)
    case 'array':
      return text.split(',')
    case 'secretRef':
      return { secretRef: text }
    default:
      return text
  }
}

function readEnvironment(option: string, text: string | undefined): EnvironmentName | undefined {
  const known = environmentNames.find((name) => name === text)
  if (text === undefined || known !== undefined) return known
  throw new UsageError(`${option} takes ${environmentNames.join(', ')}, not "${text}"`)
}

async function placeOf(system: ReachedSystem, positionals: readonly string[], environment: string | undefined) {
  const application = requireArgument(positionals, 0, 'the application')
  const named = readEnvironment('--environment', environment)
  if (named !== undefined) return { application, environment: named }
  return { application, environment: await servedEnvironment(system) }
}
