import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ownSpelling } from '@stoa/supervisor/environment'
import { parseVariables } from '@stoa/supervisor/secret-files'
import { defaultSystem, loadSystem } from '@stoa/system/load-system'
import { migrateDeployment, migratedAmong } from '@stoa/system/migrate-services'
import type { Deployment } from '@stoa/system/topology'
import { readArguments, UsageError } from '../arguments.ts'
import { atGivenPath } from '../file-errors.ts'
import { note, say } from '../output.ts'

type Environment = Readonly<Record<string, string | undefined>>

export const help = `Usage: stoa migrate [SERVICE …] [--check] [--secrets DIR] [--system NAME]

Migrates the databases of a deployed system before its processes are replaced: those of the given services, or of all. It reads the
same settings as the services: ORDER_DATABASE_URL and LOG_DATABASE_URL for order, or the files that "stoa secrets make" has
written into DIR. What is applied already is left alone, so that it may be repeated, and several may run at once: they wait for each other.
A migration that waits for a lock gives way every 3 s to the statements behind it.
With --check nothing is changed: missing migrations are listed.
It prints a line for each migration, or "up to date". The exit code is 1 if a migration failed, or with --check is missing. NAME is ${defaultSystem}
by default. The system of "npm start" needs no migration of its own: its processes migrate when they start.
`

export async function run(args: readonly string[]): Promise<number> {
  const options = {
    check: { type: 'boolean', default: false },
    secrets: { type: 'string' },
    system: { type: 'string', default: defaultSystem },
  } as const
  const { values, positionals } = readArguments(args, options, { positionals: 1_000 })
  const { services } = await loadSystem(values.system)
  const chosen = migratedAmong(services, positionals)
  const environments = await Promise.all(chosen.map((each) => environmentOf(each, chosen.length, values.secrets)))
  let isDone = true
  for (const [index, deployment] of chosen.entries()) {
    isDone = (await migrateOne(deployment, environments[index] ?? {}, values.check)) && isDone
  }
  return isDone ? 0 : 1
}

/** Whether the databases of a service are up to date now. The others are migrated regardless: each release of a service stands alone. */
async function migrateOne(deployment: Deployment, environment: Environment, isCheck: boolean): Promise<boolean> {
  try {
    const { lines, isBehind } = await migrateDeployment(deployment, { environment, isCheck })
    say(lines.join('\n'))
    return !isBehind
  } catch (error) {
    note(`${deployment.name}: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}

/** The environment of a service. @throws UsageError where one database would be that of several services */
async function environmentOf({ name }: Deployment, count: number, secrets: string | undefined): Promise<Environment> {
  if (secrets !== undefined) {
    const path = join(resolve(secrets), `${name}-secrets.env`)
    return parseVariables(await atGivenPath(path, () => readFile(path, 'utf8')))
  }
  const own = ownSpelling(name, 'DATABASE_URL')
  const isSet = [own, `${own}_FILE`].some((variable) => process.env[variable])
  const isGeneral = [process.env['DATABASE_URL'], process.env['DATABASE_URL_FILE']].some(Boolean)
  if (isSet || (count === 1 && isGeneral)) return process.env
  throw new UsageError(
    `${own} is not set: the database of ${name}; or name the folder of the secrets with --secrets DIR`,
  )
}
