import { consumedEvents, type EventType, type Route, type Service } from '@stoa/contract'
import { loadSettings } from './load-settings.ts'
import type { Deployment } from './topology.ts'
import { systemError } from './system-errors.ts'

/** A setting of a service's own. */
export interface DescribedSetting {
  readonly name: string
  readonly default?: unknown
  readonly unit?: string
  readonly doc: string
}

/** The description of a service, from its contract. */
export interface ServiceDescription {
  readonly service: string
  readonly owner?: string
  readonly port: number
  readonly hasDatabase: boolean
  readonly slo?: Service['slo']
  readonly personalData?: Service['personalData']
  readonly routes: readonly {
    readonly method: string
    readonly path: string
    readonly permission: string
    readonly summary: string
  }[]
  readonly rpc: readonly { readonly method: string; readonly effect: string }[]
  readonly publishes: readonly string[]
  /** With who publishes each. */
  readonly consumes: readonly { readonly type: string; readonly from: string | undefined }[]
  readonly calls: Readonly<Record<string, readonly string[]>>
  readonly calledBy: readonly string[]
  readonly sagas: readonly { readonly name: string; readonly signals: readonly string[] }[]
  readonly tasks: readonly string[]
  /** Without those that every service has. */
  readonly settings: readonly DescribedSetting[]
}

/** Describes a service of a system from its contract and its settings. @throws AppError for an unknown name */
export async function describeDeployment(topology: readonly Deployment[], name: string): Promise<ServiceDescription> {
  const deployment = topology.find((each) => each.name === name)
  if (deployment === undefined) {
    const names = topology.map((each) => each.name).join(', ')
    throw systemError('system.unknown_service', `there is no service ${name}: the services are ${names}`)
  }
  const { contract, port, hasDatabase } = deployment
  const settings = await settingsOf(deployment)
  const shared = { service: name, port, hasDatabase, settings }
  const nothing = { routes: [], rpc: [], publishes: [], consumes: [], calls: {}, calledBy: [], sagas: [], tasks: [] }
  return contract === undefined ? { ...shared, ...nothing } : { ...shared, ...contents(topology, contract) }
}

type RpcMethods = Readonly<Record<string, { readonly effect: string }>>

function contents(topology: readonly Deployment[], contract: Service) {
  const { owner, slo, personalData, operations, rpc, publishes, calls, sagas, tasks } = contract
  return {
    owner,
    slo,
    personalData,
    routes: Object.values(operations).map(describeRoute),
    rpc: Object.entries((rpc?.methods ?? {}) as RpcMethods).map(([method, { effect }]) => ({ method, effect })),
    publishes: typesOf(publishes),
    consumes: typesOf(consumedEvents(contract)).map((type) => ({ type, from: publisherOf(topology, type) })),
    calls: Object.fromEntries(Object.entries(calls).map(([callee, { methods }]) => [callee, methods.map(String)])),
    calledBy: topology
      .filter((each) => Object.hasOwn(each.contract?.calls ?? {}, contract.name))
      .map(({ name }) => name),
    sagas: Object.entries(sagas).map(([name, { signals = {} }]) => ({ name, signals: Object.keys(signals) })),
    tasks: Object.keys(tasks),
  }
}

function describeRoute(route: Route) {
  const { path, permission, summary } = route
  return { method: route.kind === 'mount' ? '*' : route.method, path, permission, summary }
}

function typesOf(events: Service['publishes'] | readonly EventType[]): string[] {
  return [...new Set(Object.values(events).map(({ type }) => type))]
}

function publisherOf(topology: readonly Deployment[], type: string): string | undefined {
  return topology.find(({ contract }) => typesOf(contract?.publishes ?? {}).includes(type))?.name
}

async function settingsOf(deployment: Deployment): Promise<DescribedSetting[]> {
  const settings = await loadSettings(deployment)
  const { serviceSettings } = await import('@stoa/config')
  const shared = new Set(Object.keys(serviceSettings('any', 0)))
  return Object.entries(settings)
    .filter(([name]) => !shared.has(name))
    .map(([name, { default: value, unit, doc, isSecret }]) => ({
      name,
      ...(value === undefined || isSecret ? {} : { default: value }),
      ...(unit === undefined ? {} : { unit }),
      doc,
    }))
}
