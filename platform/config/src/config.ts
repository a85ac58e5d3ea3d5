import { readFileSync } from 'node:fs'
import { closestName } from './closest-name.ts'
import { describeExpected, readText } from './setting-values.ts'
import type { Setting } from './settings.ts'

/** The settings of a service by the names they have in the environment. */
export type Settings = { readonly [Name in string]: Setting }

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<Name>

/** The values of settings, by their names in camelCase: `DRAIN_TIMEOUT_MS` is `drainTimeoutMs`. */
export type ConfigValues<S extends Settings> = {
  readonly [Name in keyof S & string as CamelCase<Name>]: S[Name] extends Setting<infer Value> ? Value : never
}

/** An environment, as `process.env` is one. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The settings of one service, ready to be parsed or documented. */
export interface Config<S extends Settings = Settings> {
  readonly service: string
  readonly settings: S
  /** Reads all settings; throws a `ConfigError` that names every wrong one. */
  parse(env: Environment): ConfigValues<S>
}

/** The values that a config parses to. */
export type ConfigOf<C extends Config> = ReturnType<C['parse']>

/** One wrong setting. */
export interface SettingProblem {
  readonly name: string
  /** A sentence that starts with the name and contains the value (never that of a secret) and the expected form. */
  readonly message: string
}

/** Stops a start: one message for people that names every wrong setting. */
export class ConfigError extends Error {
  readonly problems: readonly SettingProblem[]

  constructor(service: string, problems: readonly SettingProblem[]) {
    const lines = problems.map(({ message }) => `  ${message}`)
    const subject = problems.length === 1 ? 'a setting is' : `${problems.length} settings are`
    super(`${service} cannot start because ${subject} invalid:\n${lines.join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/**
 * Declares the settings of a service. Each is read from `{SERVICE}_{NAME}`, else from `{NAME}`; an empty value counts as not
 * set. Any other variable that starts with `{SERVICE}_` is reported as a misspelling. With `NODE_ENV=production` or `STOA_ENV=production`, embedded defaults and embedded-only values are rejected.
 */
export function defineConfig<const S extends Settings>(service: string, settings: S): Config<S> {
  return { service, settings, parse: (env) => parseSettings(service, settings, env) as ConfigValues<S> }
}

interface Source {
  readonly env: Environment
  readonly prefix: string
  readonly isProduction: boolean
}

type ReadSetting = { readonly value: unknown } | { readonly problem: SettingProblem }

function parseSettings(service: string, settings: Settings, env: Environment): Record<string, unknown> {
  const prefix = `${service.toUpperCase().replaceAll('-', '_')}_`
  const stage = env[`${prefix}STOA_ENV`] || env['STOA_ENV']
  const isProduction = env['NODE_ENV'] === 'production' || stage === 'production'
  const values: Record<string, unknown> = {}
  const problems: SettingProblem[] = []
  for (const [name, each] of Object.entries(settings)) {
    const outcome = readSetting(name, each, { env, prefix, isProduction })
    if ('problem' in outcome) problems.push(outcome.problem)
    else values[toCamelCase(name)] = outcome.value
  }
  if (isProduction && stage !== undefined && stage !== '' && stage !== 'production') {
    problems.push({
      name: 'STOA_ENV',
      message: `STOA_ENV is ${JSON.stringify(stage)}, expected production because NODE_ENV is production`,
    })
  }
  problems.push(...findMisspelled(settings, env, prefix))
  if (problems.length > 0) throw new ConfigError(service, problems)
  return values
}

function readSetting(name: string, each: Setting, source: Source): ReadSetting {
  const found = findText(name, each, source)
  if (found === undefined) return readDefault(name, each, source.isProduction)
  if ('problem' in found) return found
  const read = readText(each.schema, found.text)
  if (read === undefined) {
    return refuse(found.name, `is ${shownText(each, found.text)}, expected ${describeExpected(each.schema)}`)
  }
  if (source.isProduction && isOnlyForEmbedded(each, read.value)) {
    return refuse(
      found.name,
      `is ${shownText(each, found.text)}, which is only for demonstrations; production requires another value`,
    )
  }
  return read
}

function readDefault(name: string, each: Setting, isProduction: boolean): ReadSetting {
  const value = isProduction ? (each.productionDefault ?? each.default) : (each.default ?? each.embeddedDefault)
  if (value !== undefined || each.isOptional) return { value }
  const fallback = each.isSecret ? ` (or ${name}_FILE, the path of a file)` : ''
  return refuse(name, `is not set, expected ${describeExpected(each.schema)}${fallback}: ${each.doc}`)
}

function isOnlyForEmbedded(each: Setting, value: unknown): boolean {
  const isSame = (other: unknown) => JSON.stringify(other) === JSON.stringify(value)
  if (each.embeddedDefault !== undefined && isSame(each.embeddedDefault)) return true
  return each.isEmbeddedOnly && !isSame(each.default)
}

type Found = { readonly name: string; readonly text: string } | { readonly problem: SettingProblem }

function findText(name: string, each: Setting, { env, prefix }: Source): Found | undefined {
  for (const candidate of spellings(name, prefix)) {
    const file = each.isSecret ? `${candidate}_FILE` : undefined
    const text = env[candidate]
    const path = file === undefined ? undefined : env[file]
    const isOwnSetting = text !== undefined && text !== '' && !isServiceLink(candidate, text)
    if (isOwnSetting && file !== undefined && path)
      return refuse(candidate, `and ${file} are both set, expected one of them`)
    if (isOwnSetting) return { name: candidate, text }
    if (file !== undefined && path) return readSecretFile(file, path)
  }
  return undefined
}

function readSecretFile(name: string, path: string): Found {
  try {
    // An editor and `echo` end the file with a newline that is no part of the secret.
    return { name, text: readFileSync(path, 'utf8').replace(/\r?\n$/, '') }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error'
    return refuse(name, `is ${JSON.stringify(path)}, expected a readable file (${code})`)
  }
}

function spellings(name: string, prefix: string): readonly string[] {
  return name.startsWith(prefix) ? [name] : [prefix + name, name]
}

function findMisspelled(settings: Settings, env: Environment, prefix: string): SettingProblem[] {
  const known = new Set(
    Object.entries(settings).flatMap(([name, each]) =>
      spellings(name, prefix).flatMap((spelling) => (each.isSecret ? [spelling, `${spelling}_FILE`] : [spelling])),
    ),
  )
  return Object.keys(env)
    .filter((name) => name.startsWith(prefix) && !known.has(name) && !isServiceLink(name, env[name] ?? ''))
    .map((name) => {
      const closest = closestName(name, known)
      const hint = closest === undefined ? '' : `; did you mean ${closest}?`
      return { name, message: `${name} is not a setting of this service${hint}` }
    })
}

// Kubernetes puts ORDER_PORT=tcp://10.0.0.1:8002, ORDER_SERVICE_HOST and the like into every pod for a Service "order".
function isServiceLink(name: string, text: string): boolean {
  return (
    /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
    (name.endsWith('_PORT') && /^(tcp|udp):\/\//.test(text))
  )
}

function refuse(name: string, rest: string): { readonly problem: SettingProblem } {
  return { problem: { name, message: `${name} ${rest}` } }
}

function shownText(each: Setting, text: string): string {
  return each.isSecret ? 'set to a value (not shown)' : JSON.stringify(text)
}

/** The name of a setting in code: `DRAIN_TIMEOUT_MS` is `drainTimeoutMs`. */
export function toCamelCase(name: string): string {
  return name.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
