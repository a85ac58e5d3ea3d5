import type { Service } from '@stoa/contract'
import { type AppError, platformError } from '@stoa/kernel'
import type { Principal } from '@stoa/security'
import { recordAnswer, type RecordedAnswer } from '../cache/answer-recorder.ts'
import type { AnswerTarget, RequestHead } from '../exchange.ts'
import type { Proxied } from '../proxy.ts'
import type { RateLimits } from '../policies/rate-limits.ts'
import type { Route } from '../routes/route.ts'
import { bareHead } from './bare-head.ts'

interface ExportOptions {
  readonly services: () => readonly Service[]
  readonly limits: RateLimits
  /** Sends a request on to a service, as the caller. */
  readonly forward: (request: PartRequest) => Promise<Proxied>
}

/** The request for one service's part. */
export interface PartRequest {
  readonly route: Route
  readonly head: RequestHead
  readonly principal: Principal
  readonly response: AnswerTarget
}

interface Asked {
  readonly route: Route
  readonly head: RequestHead
  readonly principal: Principal
}

/** Collects the personal data of an account from every service. Throws, or returns the error of a service, unless the data is complete. */
export type ExportPersonalData = (asked: Asked) => Promise<RecordedAnswer>

const largestPartBytes = 32 * 1_048_576

/** Makes the export; each service decides whether the caller may read the data. */
export function personalDataExport({ services, limits, forward }: ExportOptions): ExportPersonalData {
  return async (asked) => {
    const keepers = services()
      .filter(({ personalData }) => personalData !== 'none')
      .map(({ name }) => name)
    await limits.takeForExport(asked.principal.subject)
    const [, userId = ''] = /\/users\/([^/]+)\/export$/.exec(asked.head.path) ?? []
    const parts = await Promise.all(keepers.map((service) => partOf(service, userId, asked, forward)))
    const missing = keepers.filter((_, index) => !isAnswered(parts[index]))
    if (missing.length > 0) throw incomplete(missing)
    const refused = parts.find((part) => part !== undefined && part.status !== 200)
    if (refused !== undefined) return refused
    const bodies = keepers.map((service, index) => `${JSON.stringify(service)}:${parts[index]?.body.toString() ?? ''}`)
    const head = `"userId":${JSON.stringify(userId)},"exportedAt":"${new Date().toISOString()}"`
    const body = Buffer.from(`{${head},"services":{${bodies.join(',')}}}`)
    return { status: 200, headers: ['content-type', 'application/json', 'cache-control', 'no-store'], body }
  }
}

/** Undefined if the service is unavailable or its response is incomplete. */
async function partOf(
  service: string,
  userId: string,
  { route, head, principal }: Asked,
  forward: ExportOptions['forward'],
): Promise<RecordedAnswer | undefined> {
  const { target, recorded } = recordAnswer({
    isWanted: () => true,
    client: undefined,
    extraHeaders: [],
    mostBytes: largestPartBytes,
  })
  try {
    await forward({
      route: { ...route, service, method: 'GET', group: 'personal-data' },
      head: { ...bareHead(head), method: 'GET', path: `/personal-data/${userId}`, search: '' },
      principal,
      response: target,
    })
  } catch {
    target.destroy()
  }
  const answer = await recorded
  return typeof answer === 'string' ? undefined : answer
}

function isAnswered(part: RecordedAnswer | undefined): boolean {
  return part !== undefined && part.status < 500
}

function incomplete(missing: readonly string[]): AppError {
  const detail = `The export requires every service, and these do not respond: ${missing.join(', ')}. Nothing was exported.`
  return platformError('service.unavailable', detail, { retryAfterSeconds: 10 })
}
