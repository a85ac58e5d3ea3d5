import { environmentNames, type EnvironmentName } from '@stoa/contracts/config/environments'
import * as http from '@stoa/contracts/config/flags-http'
import type { Flag, FlagRules, Outcome } from '@stoa/contracts/config/resources'
import { readReason, readVersion, servedEnvironment } from '../ask-config.ts'
import { askOperation } from '../ask-operation.ts'
import { readLimit, readReaching, UsageError } from '../arguments.ts'
import { formatTable, say, sayJson } from '../output.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'
import type { ReachedSystem } from '../system-url.ts'

export const help = `Usage: stoa flags ls [--environment NAME] [--json]
       stoa flags show KEY [--environment NAME] [--json]
       stoa flags set KEY VARIANT --reason TEXT [--off VARIANT] [--environment NAME] [--json]
       stoa flags set KEY VARIANT=PERCENT... --reason TEXT [--off VARIANT] [--environment NAME] [--json]
       stoa flags kill|revive KEY --reason TEXT [--environment NAME] [--json]
       stoa flags history KEY [--environment NAME] [--limit N] [--json]
       stoa flags rollback KEY VERSION --reason TEXT [--environment NAME] [--json]
       stoa flags rm KEY --reason TEXT
       stoa flags stale [--days N] [--json]

Shows and changes feature flags, by default in the environment that the system uses. "set" changes what a flag returns if no
rule matches, and keeps the rules; percentages add up to 100. "kill" makes a flag return its variant for off, which "set --off"
names, whatever its rules are; a rollback does not end that. "rm" deletes a flag that no service declares; its history stays.
Services use a change within two seconds. Every change is recorded with its reason.
`

export function run(args: readonly string[]): Promise<number> {
  const parts = {
    ls: list,
    show,
    set,
    kill: toggle('kill'),
    revive: toggle('revive'),
    history,
    rollback,
    rm: remove,
    stale,
  }
  return runSubcommand('flags', parts, args)
}

const options = { environment: { type: 'string' }, json: { type: 'boolean' } } as const
const changing = { ...options, reason: { type: 'string' } } as const

async function list(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, options)
  const flags: Flag[] = []
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const query = { environment: readEnvironment(values.environment), limit: 200, cursor }
    const page = await askOperation(system, http.listFlags, { query })
    flags.push(...page.items)
    cursor = page.nextCursor
  }
  if (values.json === true) sayJson(flags)
  else if (flags.length === 0) say('No flags.')
  else {
    const rows = flags.map((flag) => [flag.key, flag.type, served(flag), String(flag.rules.length), flag.description])
    for (const line of formatTable(['KEY', 'TYPE', 'RETURNS', 'RULES', 'DESCRIPTION'], rows)) say(line)
  }
  return 0
}

async function show(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, options, { positionals: 1 })
  return print(await find(system, positionals, values.environment), values.json)
}

async function set(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(
    args,
    { ...changing, off: { type: 'string' } },
    { positionals: 21 },
  )
  const reason = readReason(values.reason)
  requireArgument(positionals, 1, 'the variant')
  const serve = readOutcome(positionals.slice(1))
  const flag = await find(system, positionals, values.environment)
  const { key, environment, version, schedule, rules } = flag
  const offVariant = values.off ?? flag.offVariant
  const body: FlagRules & { reason: string } = { offVariant, rules, serve, reason, ...(schedule && { schedule }) }
  return print(
    await askOperation(system, http.replaceFlagRules, { params: { key, environment }, body, version }),
    values.json,
  )
}

function toggle(what: 'kill' | 'revive') {
  return async (args: readonly string[]): Promise<number> => {
    const { system, values, positionals } = readReaching(args, changing, { positionals: 1 })
    const body = { reason: readReason(values.reason) }
    const params = await placeOf(system, positionals, values.environment)
    return print(
      await askOperation(system, what === 'kill' ? http.killFlag : http.reviveFlag, { params, body }),
      values.json,
    )
  }
}

async function history(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(
    args,
    { ...options, limit: { type: 'string' } },
    { positionals: 1 },
  )
  // not by the flag, which may have been deleted
  const key = requireArgument(positionals, 0, 'the key of the flag')
  const environment = readEnvironment(values.environment) ?? (await servedEnvironment(system))
  const params = { key, environment }
  const query = { limit: readLimit(values.limit) }
  const { items } = await askOperation(system, http.listFlagChanges, { params, query })
  if (values.json === true) sayJson(items)
  else {
    const rows = items.map((each) => [
      String(each.version),
      each.changedAt,
      each.action,
      each.before === undefined ? '' : served(each.before),
      each.after === undefined ? '' : served(each.after),
      each.changedBy,
      each.reason,
    ])
    for (const line of formatTable(['VERSION', 'AT', 'ACTION', 'BEFORE', 'AFTER', 'BY', 'REASON'], rows)) say(line)
  }
  return 0
}

async function rollback(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, changing, { positionals: 2 })
  const version = readVersion(requireArgument(positionals, 1, 'the version'))
  const body = { version, reason: readReason(values.reason) }
  const params = await placeOf(system, positionals, values.environment)
  return print(await askOperation(system, http.rollBackFlag, { params, body }), values.json)
}

async function remove(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, { reason: { type: 'string' } }, { positionals: 1 })
  const reason = readReason(values.reason)
  const { key, version } = await find(system, positionals, undefined)
  await askOperation(system, http.deleteFlag, { params: { key }, query: { reason }, version })
  say(`${key} is deleted.`)
  return 0
}

async function stale(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, { days: { type: 'string' }, json: { type: 'boolean' } })
  if (values.days !== undefined && !/^[1-9]\d{0,2}$/.test(values.days))
    throw new UsageError(`--days takes a whole number from 1 to 365, not "${values.days}"`)
  const { items } = await askOperation(system, http.listStaleFlags, { query: { days: values.days, limit: 200 } })
  if (values.json === true) sayJson(items)
  else if (items.length === 0) say('No stale flags.')
  else {
    const rows = items.map(({ key, why, variant = '', evaluations, lastEvaluatedAt = '' }) => [
      key,
      why.replaceAll('_', ' '),
      variant,
      String(evaluations),
      lastEvaluatedAt,
    ])
    for (const line of formatTable(['KEY', 'WHY', 'VARIANT', 'EVALUATIONS', 'LAST EVALUATED'], rows)) say(line)
  }
  return 0
}

/** What a flag returns if no rule matches. */
function served({ isKilled, offVariant, serve }: Pick<Flag, 'isKilled' | 'offVariant' | 'serve'>): string {
  if (isKilled) return `${offVariant} (killed)`
  if ('variant' in serve) return serve.variant
  return serve.split.shares.map(({ variant, percent }) => `${variant}=${percent}`).join(' ')
}

function print(flag: Flag, isJson: boolean | undefined): number {
  if (isJson === true) {
    sayJson(flag)
    return 0
  }
  say(`${flag.key} in ${flag.environment}, version ${flag.version}: ${served(flag)}`)
  say(flag.description)
  say(
    `variants: ${Object.entries(flag.variants)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(' ')}`,
  )
  if (flag.schedule !== undefined) say(`schedule: ${JSON.stringify(flag.schedule)}`)
  for (const rule of flag.rules) say(`rule: ${JSON.stringify(rule)}`)
  return 0
}

function readOutcome(texts: readonly string[]): Outcome {
  const [only = ''] = texts
  if (texts.length === 1 && !only.includes('=')) return { variant: only }
  const shares = texts.map((text) => {
    const [, variant, percent] = /^([^=]+)=(\d{1,3}(?:\.\d{1,3})?)$/.exec(text) ?? []
    if (variant === undefined) throw new UsageError(`"${text}" is not VARIANT=PERCENT, such as on=12.5`)
    return { variant, percent: Number(percent) }
  })
  return { split: { shares } }
}

function readEnvironment(text: string | undefined): EnvironmentName | undefined {
  const known = environmentNames.find((name) => name === text)
  if (text === undefined || known !== undefined) return known
  throw new UsageError(`--environment takes ${environmentNames.join(', ')}, not "${text}"`)
}

async function find(system: ReachedSystem, positionals: readonly string[], environment: string | undefined) {
  const key = requireArgument(positionals, 0, 'the key of the flag')
  const named = readEnvironment(environment)
  return named === undefined
    ? askOperation(system, http.getServedFlag, { params: { key } })
    : askOperation(system, http.getFlag, { params: { key, environment: named } })
}

async function placeOf(system: ReachedSystem, positionals: readonly string[], environment: string | undefined) {
  const { key, environment: found } = await find(system, positionals, environment)
  return { key, environment: found }
}
