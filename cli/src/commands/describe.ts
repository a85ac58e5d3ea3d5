import { describeDeployment, type ServiceDescription } from '@stoa/system/describe-service'
import { askSupervisor, NotRunning, type ProcessRow } from '@stoa/supervisor/control'
import { systemIn } from '@stoa/supervisor/system-in'
import { readReaching } from '../arguments.ts'
import { formatTable, say, sayJson, toned } from '../output.ts'
import { requireArgument } from '../subcommand.ts'
import { gatewayEndpoints } from '@stoa/contracts/gateway/operating'
import { healthEndpoints } from '@stoa/service/endpoints'
import { askService } from '../operating.ts'
import type { ReachedSystem } from '../system-url.ts'

export const help = `Usage: stoa describe SERVICE [--json]

Describes a service from its contract: owner, service level, routes, RPC methods, events, calls, sagas and settings. If the
service is running, also lists its instances and their failing components.
`

interface Instance extends ProcessRow {
  /** The health of its components, if the instance responds. */
  readonly components?: Readonly<Record<string, { readonly status: string; readonly reason?: string }>>
}

/** What an instance says of itself. */
type Health = Pick<Instance, 'components'> & { readonly instance?: string }

// A check of a part may take two seconds.
const healthTimeoutMs = 3_000

export async function run(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, { json: { type: 'boolean' } }, { positionals: 1 })
  const name = requireArgument(positionals, 0, 'the service')
  const [description, instances] = await Promise.all([
    describeDeployment((await systemIn(system.folder)).services, name),
    system.url === undefined ? instancesOf(system, name) : deployedInstances(system, name),
  ])
  if (values.json === true) sayJson({ ...description, instances })
  else for (const line of format(description, instances)) say(line)
  return 0
}

/** The instances that the gateway of a deployed system knows, each with its components where the gateway reaches it. */
async function deployedInstances(system: ReachedSystem, name: string): Promise<Instance[]> {
  if (name === 'gateway') return [await deployedGateway(system)]
  const { items } = await askService(system, 'gateway', gatewayEndpoints.listUpstreams)
  const found = items.find(({ service }) => service === name)?.instances ?? []
  // the gateway chooses which instance answers
  const reports = await Promise.all(found.map(() => healthOf(system, name)))
  return found.map(({ id, port, isDrained, metadata }) => {
    const report = reports.find((each) => each?.instance !== undefined && each.instance === metadata['instance'])
    const state = isDrained ? 'draining' : 'ready'
    const row: Instance = { service: name, instance: id, pid: null, port, state }
    return report?.components === undefined ? row : { ...row, components: report.components }
  })
}

/** The gateway behind the URL is not among its own upstreams. */
async function deployedGateway(system: ReachedSystem): Promise<Instance> {
  const { protocol, port } = new URL(system.url ?? '')
  const { components } = await askService(system, 'gateway', healthEndpoints.showHealth)
  const at = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
  return { service: 'gateway', instance: 'gateway', pid: null, port: at, state: 'ready', components }
}

/** What an instance says of its components; undefined from one that cannot be reached or is of an older release. */
function healthOf(system: ReachedSystem, name: string): Promise<Health | undefined> {
  return askService(system, name, healthEndpoints.showHealth, { timeoutMs: healthTimeoutMs }).catch(() => undefined)
}

async function instancesOf(system: ReachedSystem, name: string): Promise<Instance[]> {
  try {
    const rows = await askSupervisor<ProcessRow[]>(system.folder, { command: 'ps' })
    return await Promise.all(rows.filter(({ service }) => service === name).map((row) => withHealth(system, row)))
  } catch (error) {
    if (error instanceof NotRunning) return []
    throw error
  }
}

async function withHealth(system: ReachedSystem, row: ProcessRow): Promise<Instance> {
  try {
    // its own health is behind its admin API
    if (row.service === 'gateway') {
      const { components } = await askService(system, 'gateway', healthEndpoints.showHealth)
      return { ...row, components }
    }
    const signal = AbortSignal.timeout(healthTimeoutMs)
    const answer = await fetch(`http://127.0.0.1:${row.port}/health`, { signal })
    const { components } = (await answer.json()) as Health
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
      'level',
      slo && `${slo.availability * 100} % available, p99 ${slo.p99Ms} ms, at most ${slo.errorRate * 100} % errors`,
    ],
    ['personal', typeof personalData === 'object' ? Object.keys(personalData).join(', ') : personalData],
    ['called by', description.calledBy.join(', ') || undefined],
    ['tasks', description.tasks.join(', ') || undefined],
  ].filter((fact): fact is [string, string] => fact[1] !== undefined)
  return [
    toned('bold', service),
    ...facts.map(([name, value]) => `  ${name.padEnd(10)}${value}`),
    ...section('Instances', ['INSTANCE', 'PID', 'PORT', 'STATE', 'FAILING'], instances.map(instanceCells)),
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
      description.consumes.map(({ type, from }) => [type, from ?? 'unknown']),
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
