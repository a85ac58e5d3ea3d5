import { gateway } from '@stoa/contracts/gateway/service'
import type { System } from '../define-system.ts'
import { callersOf, type Configured } from '../publish/connections.ts'
import { kubernetesObjects } from '../publish/kubernetes-objects.ts'
import { manifestProblems } from '../publish/manifest-problems.ts'
import type { DeploymentObject, KubernetesObject } from '../publish/objects.ts'
import { counted, missingPages, type Point, type ReadFile } from './point.ts'

const meshPage = 'docs/adr/0044-kubernetes-manifests-from-contracts.md'

/** Without a mesh, what one would do is done otherwise; the page says why there is none. */
export async function meshPoint(all: readonly Configured[], read: ReadFile): Promise<Point> {
  const connections = all.reduce((sum, { deployment }) => sum + callersOf(deployment, all).length, 0)
  return {
    title: 'A mesh is configured, or its absence is justified',
    evidence: [
      `none: ${meshPage} gives the reason`,
      `${counted(connections, 'connection')} between processes, admitted by their NetworkPolicies; every other one is refused`,
    ],
    missing: await missingPages(read, [{ path: meshPage, texts: ['A mesh is not an option yet'] }]),
  }
}

/** No two processes get the same database: each reads its address from a Secret of its own. */
export function databasesPoint({ name: system, services }: System, all: readonly Configured[]): Point {
  const owners = services.filter(({ hasDatabase }) => hasDatabase)
  const none = services.filter(({ hasDatabase }) => !hasDatabase).map(({ name }) => name)
  const deployments = objectsOf(system, all).filter((each): each is DeploymentObject => each.kind === 'Deployment')
  const secrets = Map.groupBy(
    deployments.filter(({ spec }) => addressOf(spec) !== undefined),
    ({ spec }) => addressOf(spec) ?? '',
  )
  const shared = [...secrets].filter(([, users]) => users.length > 1)
  const unset = owners.filter(({ name }) => !secrets.has(`${name}-secrets`))
  return {
    title: 'Each service has a database of its own',
    evidence: [
      `${counted(owners.length, 'database')}, each with a role that no other process has`,
      ...(none.length > 0 ? [`without a database: ${none.join(', ')}`] : []),
    ],
    missing: [
      ...shared.map(([secret, users]) => `${users.map(({ metadata }) => metadata.name).join(' and ')} share ${secret}`),
      ...unset.map(({ name }) => `${name} has no database in the manifests`),
    ],
  }
}

function addressOf({ template }: DeploymentObject['spec']): string | undefined {
  const variables = template.spec.containers.flatMap(({ env }) => env)
  return variables.find(({ name }) => name === 'DATABASE_URL')?.valueFrom?.secretKeyRef?.name
}

/** Instances are found in the registry, and every setting is documented. */
export async function configurationPoint(
  { services }: System,
  all: readonly Configured[],
  read: ReadFile,
): Promise<Point> {
  const names = [...new Set(all.flatMap(({ settings }) => Object.keys(settings)))].toSorted()
  const reloadable = new Set(
    all.flatMap(({ settings }) =>
      Object.entries(settings).flatMap(([name, each]) => (each.isReloadable ? [name] : [])),
    ),
  )
  const has = (name: string) => services.some((each) => each.name === name)
  return {
    title: 'Discovery and configuration are specified',
    evidence: [
      'processes register with registry under a lease, and callers watch it: control/registry/README.md',
      `${counted(names.length, 'setting')}, each in docs/settings.md`,
      ...(has('config')
        ? [`config changes ${counted(reloadable.size, 'setting')} and the flags without a restart`]
        : []),
    ],
    missing: [
      ...(has('registry') ? [] : ['the system has no registry']),
      ...(await missingPages(read, [
        { path: 'control/registry/README.md' },
        { path: 'docs/settings.md', texts: names.map((name) => `\`${name}\``) },
      ])),
    ],
  }
}

/** Every process has a second one, and what happens without a process, a message or the network is measured. */
export async function resiliencePoint(
  { name, services }: System,
  all: readonly Configured[],
  read: ReadFile,
): Promise<Point> {
  const single = services.filter(({ contract = gateway }) => contract.scaling.min < 2)
  const problems = manifestProblems(objectsOf(name, all), all)
  const sagas = services.flatMap(({ contract }) => Object.keys(contract?.sagas ?? {}))
  const pages = ['chaos', 'outages'].map((page) => ({ path: `docs/measured/${page}.md` }))
  const matrix = { path: 'docs/measured/saga-matrix.md', texts: sagas }
  return {
    title: 'Resilience is implemented',
    evidence: [
      `${counted(services.length, 'process', 'processes')} run at least twice, spread over zones, and one at a time may be evicted`,
      'measured: docs/measured/chaos.md (faults under load), docs/measured/outages.md (each service stopped)',
      ...(sagas.length > 0 ? ['docs/measured/saga-matrix.md injects every fault into every step of every saga'] : []),
    ],
    missing: [
      ...single.map((each) => `${each.name} may run only once`),
      ...problems,
      ...(await missingPages(read, sagas.length > 0 ? [...pages, matrix] : pages)),
    ],
  }
}

/** Every service states how available and fast it is, and how far it scales. */
export function levelsPoint({ services }: System): Point {
  const levels = services.map(({ name, contract = gateway }) => ({ name, ...contract.slo, ...contract.scaling }))
  const percent = (fraction: number) => `${Number((fraction * 100).toPrecision(6))} %`
  return {
    title: 'Every service has a service level and a scaling',
    evidence: levels.map(
      ({ name, availability, p99Ms, errorRate, min, max, cpuPercent }) =>
        `${name}: ${percent(availability)} available, p99 ${p99Ms} ms, at most ${percent(errorRate)} errors; ${min} to ${max} processes at ${cpuPercent} % CPU`,
    ),
    missing: levels.flatMap(({ name, availability, p99Ms, errorRate, min, max }) => [
      ...(availability > 0 && availability < 1 && p99Ms > 0 && errorRate > 0 && errorRate < 1
        ? []
        : [`the service level of ${name} is not one that can be measured`]),
      ...(min <= max ? [] : [`${name} scales from ${min} to ${max} processes`]),
    ]),
  }
}

function objectsOf(system: string, all: readonly Configured[]): KubernetesObject[] {
  return kubernetesObjects(system, all, '0.0.0').flatMap(({ objects }) => objects)
}
