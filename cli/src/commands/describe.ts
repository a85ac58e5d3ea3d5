import { describeDeployment, type ServiceDescription } from '@stoa/system/describe-service'
import { askSupervisor, NotRunning, type ProcessRow } from '@stoa/system/supervisor/control'
import type { DataFolder } from '@stoa/system/supervisor/data-folder'
import { readArguments } from '../arguments.ts'
import { formatTable, say, sayJson, toned } from '../output.ts'
import { requireArgument } from '../subcommand.ts'

export const help = `Usage: stoa describe SERVICE [--json]

Says what a service owns, serves, publishes, consumes, calls and promises, as its contract has it, and, when it runs, its
instances and what is wrong with them.
`

interface Instance extends ProcessRow {
  /** What its parts say, when it answers. */
  readonly components?: Readonly<Record<string, { readonly status: string; readonly reason?: string }>>
}

const healthTimeoutMs = 1_000

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(args, { json: { type: 'boolean' } }, { positionals: 1 })
  const name = requireArgument(positionals, 0, 'the service')
  const [description, instances] = await Promise.all([describeDeployment(name), instancesOf(folder, name)])
  if (values.json === true) sayJson({ ...description, instances })
  else for (const line of format(description, instances)) say(line)
  return 0
}

async function instancesOf(folder: DataFolder, name: string): Promise<Instance[]> {
  try {
    const rows = await askSupervisor<ProcessRow[]>(folder, { command: 'ps' })
    return await Promise.all(rows.filter(({ service }) => service === name).map(withHealth))
  } catch (error) {
    if (error instanceof NotRunning) return []
    throw error
  }
}

async function withHealth(row: ProcessRow): Promise<Instance> {
  try {
    const signal = AbortSignal.timeout(healthTimeoutMs)
    const answer = await fetch(`http://127.0.0.1:${row.port}/health`, { signal })
    const { components } = (await answer.json()) as Pick<Instance, 'components'>
    return components === undefined ? row : { ...row, components }
  } catch {
    return row
  }
}

function format(description: ServiceDescription, instances: readonly Instance[]): string[] {
  const { service, owner, port, hasDatabase, slo, personalData, sagas } = description
  const facts = [
    ['owner', owner],
    ['port', String(port)],
    ['database', hasDatabase ? `stoa_${service}, its own` : 'none'],
    [
      'promises',
      slo && `${slo.availability * 100} % available, p99 ${slo.p99Ms} ms, at most ${slo.errorRate * 100} % errors`,
    ],
    ['persons', typeof personalData === 'object' ? Object.keys(personalData).join(', ') : personalData],
    ['called by', description.calledBy.join(', ') || undefined],
    ['tasks', description.tasks.join(', ') || undefined],
  ].filter((fact): fact is [string, string] => fact[1] !== undefined)
  return [
    toned('bold', service),
    ...facts.map(([name, value]) => `  ${name.padEnd(10)}${value}`),
    ...section('Instances', ['INSTANCE', 'PID', 'PORT', 'STATE', 'UNWELL'], instances.map(instanceCells)),
    ...section(
      'Routes',
      ['METHOD', 'PATH', 'PERMISSION', ''],
      description.routes.map(({ method, path, permission, summary }) => [method, path, permission, summary]),
    ),
    ...section(
      'RPC',
      ['METHOD', 'EFFECT'],
      description.rpc.map(({ method, effect }) => [method, effect]),
    ),
    ...section(
      'Publishes',
      ['TYPE'],
      description.publishes.map((type) => [type]),
    ),
    ...section(
      'Consumes',
      ['TYPE', 'FROM'],
      description.consumes.map(({ type, from }) => [type, from ?? 'nobody here']),
    ),
    ...section(
      'Calls',
      ['SERVICE', 'METHODS'],
      Object.entries(description.calls).map(([callee, methods]) => [callee, methods.join(', ')]),
    ),
    ...section(
      'Sagas',
      ['NAME', 'WAITS FOR'],
      sagas.map(({ name, signals }) => [name, signals.join(', ')]),
    ),
    ...section(
      'Settings',
      ['SETTING', 'DEFAULT', ''],
      description.settings.map((each) => [each.name, shownDefault(each), each.doc]),
    ),
  ]
}

function instanceCells({ instance, pid, port, state, components = {} }: Instance): string[] {
  const unwell = Object.entries(components).filter(([, { status }]) => status === 'down')
  return [
    instance,
    String(pid ?? '-'),
    String(port),
    state,
    unwell.map(([name, { reason }]) => `${name}: ${reason ?? ''}`).join('; '),
  ]
}

function shownDefault({ default: value, unit }: ServiceDescription['settings'][number]): string {
  if (value === undefined) return '-'
  return `${typeof value === 'string' ? value : JSON.stringify(value)}${unit === undefined ? '' : ` ${unit}`}`
}

function section(title: string, headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', toned('bold', title), ...formatTable(headings, rows).map((line) => `  ${line}`)]
}
