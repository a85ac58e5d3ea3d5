import { groupOf, groupsOf, type Service } from '@stoa/contract'
import { StartError } from '@stoa/kernel'
import { throwTrouble, type HealthFacts, type Part } from '@stoa/kernel/part'
import { startBatches, type BatchesOptions } from './batches.ts'
import { startConsumers, type Consumers, type ConsumersOptions } from './consumers.ts'
import type { EventLog } from './event-log.ts'
import { startFollower, type LogFollower, type RunningFollower } from './followers.ts'
import { lettersAdmin, outboxAdmin } from './letters-admin.ts'
import { consumerAdmin, logAdmin } from './log-admin.ts'
import { startLogUpkeep, type LogUpkeep } from './log-upkeep.ts'
import { startRelay, type Relay } from './relay.ts'

/** What the parts of this package work with. */
export interface EventPartsOptions extends Omit<ConsumersOptions<Service>, 'log'> {
  readonly batchConsumers: BatchesOptions<Service>['consumers']
  /** What every event of the log is handed to. */
  readonly followers: readonly LogFollower[]
  /** The open event log; undefined for a service that neither publishes nor consumes. */
  readonly log: EventLog | undefined
  /** The retention of the events of the service; permanent if undefined. */
  readonly retentionMs: number | undefined
}

/** What moves events. The relay comes before what publishes, so that it stops after it and empties the outbox. */
export interface EventParts {
  readonly relay: Part
  readonly upkeep: Part
  readonly consumers: Part
  readonly batches: Part
  readonly followers: readonly Part[]
}

/** The part of an open event log, which every process of a service has for operators and waits. */
export function eventLogPart(log: EventLog | undefined): Part {
  const part = { name: 'event log', admin: logAdmin(log) }
  if (log === undefined) return part
  return { ...part, stop: () => log.close(), dependencies: { eventLog: { check: () => log.ping() } } }
}

/** Makes the parts of the outbox relay, the maintenance of the log, and the consumers of a service. */
export function eventParts(options: EventPartsOptions): EventParts {
  const { log, database, service, followers } = options
  if (log === undefined && followers.length > 0) throw new StartError('it hands events on: set LOG_DATABASE_URL')
  const groups = [...groupsOf(service), ...followers.map(({ name }) => groupOf(service.name, name))]
  return {
    relay: {
      name: 'outbox relay',
      admin: outboxAdmin(database),
      ...(log === undefined ? {} : relaying(options, log)),
    },
    upkeep: { name: 'maintenance of the event log', ...(log === undefined ? {} : keepingUp(options, log)) },
    consumers: {
      name: 'consumers',
      admin: [...lettersAdmin(database), ...consumerAdmin({ log, database, service, groups })],
      ...(log === undefined ? {} : consuming(options, log)),
    },
    batches: { name: 'batch consumers', ...(log === undefined ? {} : consumingBatches(options, log)) },
    followers: log === undefined ? [] : followers.map((follower) => following(options, log, follower)),
  }
}

type Work = Omit<Part, 'name' | 'admin'>

const notStarted = 'not started yet'

function relaying({ service, database, telemetry }: EventPartsOptions, log: EventLog): Work {
  let relay: Relay | undefined
  const isNeeded = Object.keys(service.publishes).length > 0
  return {
    start: () => void (relay = startRelay({ service, database, log, telemetry })),
    stop: (timeoutMs) => relay?.stop(timeoutMs),
    ...(isNeeded
      ? {
          dependencies: {
            outboxRelay: { check: async () => throwTrouble(relay === undefined ? notStarted : relay.trouble()) },
          },
        }
      : {}),
  }
}

function keepingUp({ service, telemetry, retentionMs }: EventPartsOptions, log: EventLog): Work {
  let upkeep: LogUpkeep | undefined
  return {
    start: () => void (upkeep = startLogUpkeep({ service, log, telemetry, retentionMs })),
    stop: () => upkeep?.stop(),
  }
}

function consuming(options: EventPartsOptions, log: EventLog): Work {
  const { service } = options
  let consumers: Consumers | undefined
  const isNeeded = Object.keys(service.consumes).length > 0
  const check = () => examine([service.name], log, consumers)
  return {
    start: () => void (consumers = startConsumers({ ...options, log })),
    stop: () => consumers?.stop(),
    ...(isNeeded ? { dependencies: { consumerGroup: { check } } } : {}),
  }
}

function consumingBatches(options: EventPartsOptions, log: EventLog): Work {
  const { service, batchConsumers } = options
  const groups = Object.keys(service.batches).map((batch) => groupOf(service.name, batch))
  if (groups.length === 0) return {}
  let batches: Consumers | undefined
  const check = () => examine(groups, log, batches)
  return {
    start: () => void (batches = startBatches({ ...options, consumers: batchConsumers, log })),
    stop: () => batches?.stop(),
    dependencies: { batchGroups: { check } },
  }
}

function following(options: EventPartsOptions, log: EventLog, follower: LogFollower): Part {
  const { service, telemetry } = options
  const group = groupOf(service.name, follower.name)
  let running: RunningFollower | undefined
  return {
    name: `follower ${follower.name}`,
    start: () => void (running = startFollower({ service, log, telemetry }, follower)),
    stop: (timeoutMs) => running?.stop(timeoutMs),
    dependencies: { [follower.name]: { check: () => examine([group], log, running) } },
  }
}

async function examine(
  groups: readonly string[],
  log: EventLog,
  consumers: Pick<Consumers, 'trouble'> | undefined,
): Promise<HealthFacts> {
  throwTrouble(consumers === undefined ? notStarted : consumers.trouble())
  const lags = (await Promise.all(groups.map((group) => log.lag(group)))).flat()
  const paused = await Promise.all(groups.map((group) => log.pausedSince(group)))
  const since = paused.find((each) => each !== undefined)
  const lag = lags.reduce((sum, each) => sum + each.lag, 0)
  return { group: groups.join(', '), lag, pausedSince: since?.toString() ?? null }
}
