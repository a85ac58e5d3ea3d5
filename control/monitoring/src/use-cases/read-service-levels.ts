import type { Handler } from '@stoa/contract'
import type { ServiceLevel } from '@stoa/contracts/monitoring/service-level-resources'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import type { Deps } from '../deps.ts'
import { errorBudgetOf, type Counted } from '../domain/error-budget.ts'
import { parseExpression } from '../promql/parse.ts'
import { readNumber, readShares } from '../series/read-shares.ts'
import { readRequests, type CountedRequests } from '../store/request-hours.ts'
import { readUptime, type CountedUptime } from '../store/uptime.ts'

/** The contracts of all services are loaded when the first request needs them. */
async function readLevels() {
  const { runningServiceLevels } = await import('@stoa/system/running-system')
  return runningServiceLevels().map((level) => ({ ...level, p99: parseExpression(level.p99) }))
}

export const listServiceLevels = ({ clock, alerting }: Deps): Handler<MonitoringService, 'listServiceLevels'> => {
  let levels: ReturnType<typeof readLevels> | undefined
  return async ({ db }) => {
    const declared = await (levels ??= readLevels())
    const now = clock.now()
    const atMs = now.epochMilliseconds
    const history = alerting.history()
    await history.catchUp()
    const shares = readShares(history.store, atMs)
    const requests = new Map((await readRequests(db, now)).map((row) => [row.service, row]))
    const uptime = new Map((await readUptime(db, now)).map((row) => [row.service, row]))
    const items = declared.map(({ service, slo: { availability, errorRate, p99Ms }, p99 }): ServiceLevel => {
      const seconds = readNumber(history.store, p99, atMs)
      const allowedDown = Number((1 - availability).toPrecision(6))
      return {
        service,
        errors: errorBudgetOf(errorRate, ofRequests(requests.get(service)), shares.failedOf(service)),
        availability: errorBudgetOf(allowedDown, ofScrapes(uptime.get(service)), shares.downOf(service)),
        latency: { allowedP99Ms: p99Ms, ...(seconds === undefined ? {} : { p99Ms: seconds * 1_000 }) },
      }
    })
    return { status: 200, body: { items } }
  }
}

const nothing: Counted = { counted: 0, wrong: 0, since: undefined }

function ofRequests(row: CountedRequests | undefined): Counted {
  return row === undefined ? nothing : { counted: row.requests, wrong: row.failed, since: row.since }
}

function ofScrapes(row: CountedUptime | undefined): Counted {
  if (row === undefined) return nothing
  const { scrapes, succeeded } = row.month
  return { counted: scrapes, wrong: scrapes - succeeded, since: row.since }
}
