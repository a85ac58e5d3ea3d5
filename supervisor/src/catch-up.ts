import { setTimeout as delay } from 'node:timers/promises'
import { groupOf, type EventType } from '@stoa/contract'
import { openEventLog, waitUntilCaughtUp, type EventLog } from '@stoa/events'
import type { AppError } from '@stoa/kernel'
import type { Deployment } from '@stoa/system/topology'
import { eventLogDatabase } from '@stoa/system/topology'
import { databaseUrlOf, pendingEvents } from './databases.ts'
import type { SystemSettings } from './environment.ts'
import { systemError } from '@stoa/system/system-errors'

/** How long the services may come no closer to the end of the log; also the limit for each of the earlier waits. */
const timeoutMs = 60_000
const pollMs = 50

/** Waits until all events of these services are in the log and every one of them has handled what it listens to. */
export async function waitForReadCopies(
  deployments: readonly Deployment[],
  settings: SystemSettings,
  signal?: AbortSignal,
): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs
  while ((await pendingEvents(deployments, settings)) > 0) {
    signal?.throwIfAborted()
    if (performance.now() > giveUpAt) throw behind('events are still waiting in an outbox')
    await delay(pollMs)
  }
  const log = openEventLog({ url: databaseUrlOf(eventLogDatabase, settings), applicationName: 'stoa-supervisor' })
  try {
    // A service that has just started for the first time may not stand in the log's list of groups yet.
    const groups = deployments.flatMap(({ contract }) => heardGroups(contract, deployments))
    for (;;) {
      const known = new Set((await log.lag()).map(({ group }) => group))
      if (groups.every((group) => known.has(group))) break
      signal?.throwIfAborted()
      if (performance.now() > giveUpAt) throw behind('a consumer has not started')
      await delay(pollMs)
    }
    await followToTheEnd(log, groups, signal)
  } finally {
    await log.close()
  }
}

/** After a reset of one service the whole log is consumed again, which may take as long as it makes progress. */
async function followToTheEnd(
  log: EventLog,
  groups: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let before = sumOf(await log.lag()); ;) {
    const wait = { groups, timeoutMs, ...(signal === undefined ? {} : { signal }) }
    const { isCaughtUp, behind: left } = await waitUntilCaughtUp(log, wait)
    signal?.throwIfAborted()
    if (isCaughtUp) return
    const now = sumOf(left)
    if (now >= before) throw behind([...new Set(left.map(({ group }) => group))].join(', '))
    before = now
  }
}

function sumOf(lags: readonly { readonly lag: number }[]): number {
  return lags.reduce((sum, { lag }) => sum + lag, 0)
}

/** The consumer groups of a service that consume something which these services publish. */
function heardGroups(contract: Deployment['contract'], deployments: readonly Deployment[]): string[] {
  if (contract === undefined) return []
  const published = new Set(
    deployments.flatMap((each) => Object.values(each.contract?.publishes ?? {}).map(({ type }) => type)),
  )
  const isHeard = (events: Readonly<Record<string, EventType>>) =>
    Object.values(events).some(({ type }) => published.has(type))
  const batches = Object.entries(contract.batches).filter(([, { events }]) => isHeard(events))
  return [
    ...(isHeard(contract.consumes) ? [contract.name] : []),
    ...batches.map(([batch]) => groupOf(contract.name, batch)),
  ]
}

function behind(who: string): AppError {
  return systemError(
    'system.behind',
    `the services have not handled the events of the demonstration data (${who}): see "npm run stoa -- logs", then "npm run stoa -- dlq ls"`,
  )
}
