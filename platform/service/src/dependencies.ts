import type { Service } from '@stoa/contract'
import type { Breakers } from '@stoa/client'
import type { Resolver } from '@stoa/discovery'
import type { Database } from '@stoa/postgres'
import type { Background } from './background.ts'
import { examineCallee } from './callee-health.ts'
import { Unwell, type Dependencies, type Dependency, type HealthFacts } from './health.ts'
import type { Identity } from './identity.ts'

interface DependencyOptions {
  readonly service: Service
  readonly database: Database
  readonly resolver: Resolver
  readonly breakers: Breakers
  readonly identity: Identity
  /** The background work, once it has started. */
  readonly background: () => Background | undefined
  /** Additional checks of the service. */
  readonly own: Readonly<Record<string, Dependency['check']>>
}

/**
 * Returns the dependencies of a service according to its contract. Only its database is required: events wait in the outbox and the log, calls
 * are retried or rejected, and known instances and keys are cached.
 */
export function dependenciesOf(options: DependencyOptions): Dependencies {
  const { service, database, resolver, breakers, identity, own } = options
  const callees = Object.keys(service.calls)
  return {
    database: { check: () => examineDatabase(database), isRequired: true },
    ...eventDependencies(options),
    ...Object.fromEntries(
      callees.map((callee) => [`calls.${callee}`, { check: () => examineCallee({ callee, resolver, breakers }) }]),
    ),
    registry: { check: async () => throwTrouble(resolver.trouble()) },
    signingKeys: { check: async () => ({ keys: await identity.verifier.checkKeys() }) },
    ...Object.fromEntries(Object.entries(own).map(([name, check]) => [name, { check }])),
  }
}

/** Returns how far the clock of this process is ahead of that of its database. */
async function examineDatabase({ read }: Database): Promise<HealthFacts> {
  const sentAt = Date.now()
  const [row] = await read.sql<{ now_ms: number }>`
    select extract(epoch from clock_timestamp())::float8 * 1000 as now_ms`
  const middle = (sentAt + Date.now()) / 2
  return { clockDifferenceMs: Math.round(middle - (row?.now_ms ?? middle)) }
}

function eventDependencies({ service, background }: DependencyOptions): Dependencies {
  const hasRelay = Object.keys(service.publishes).length > 0
  const hasConsumers = Object.keys(service.consumes).length > 0
  const started = () => {
    const running = background()
    if (running?.log === undefined) throw new Unwell('not started yet')
    return { ...running, log: running.log }
  }
  return {
    ...(hasRelay || hasConsumers ? { eventLog: { check: async () => started().log.ping() } } : {}),
    ...(hasRelay ? { outboxRelay: { check: async () => throwTrouble(started().relay?.trouble()) } } : {}),
    ...(hasConsumers ? { consumerGroup: { check: async () => examineConsumers(service.name, started()) } } : {}),
  }
}

async function examineConsumers(
  group: string,
  { log, consumers }: Pick<Background, 'consumers'> & { readonly log: NonNullable<Background['log']> },
): Promise<HealthFacts> {
  throwTrouble(consumers?.trouble())
  const [partitions, pausedSince] = await Promise.all([log.lag(group), log.pausedSince(group)])
  const lag = partitions.reduce((sum, each) => sum + each.lag, 0)
  return { group, lag, pausedSince: pausedSince?.toString() ?? null }
}

function throwTrouble(trouble: string | undefined): void {
  if (trouble !== undefined) throw new Unwell(trouble)
}
