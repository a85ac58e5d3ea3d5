import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Service } from '@stoa/contract'
import { asyncApiDocument } from '@stoa/events'
import type { ExtraRoute } from '@stoa/http'
import type { Telemetry } from '@stoa/telemetry'

/** The parts of a service that may be unwell, by name; a check that rejects says why. */
export type HealthChecks = Readonly<Record<string, () => Promise<void>>>

interface OperatingOptions {
  readonly service: Service
  readonly version: string
  readonly telemetry: Telemetry
  readonly checks: HealthChecks
  /** Started, and not draining. */
  readonly isReady: () => boolean
  /** A check that takes longer counts as failed; milliseconds. */
  readonly checkTimeoutMs?: number
}

/** What every service serves on its own port beside its contract: health, metrics, and the documents made from the contract. */
export function operatingEndpoints(options: OperatingOptions): ExtraRoute[] {
  const { service, version, telemetry } = options
  let asyncApi: string | undefined
  return [
    {
      path: '/health/live',
      permission: 'public',
      handle: (_request, response) => answer(response, 200, { status: 'up' }),
    },
    { path: '/health/ready', permission: 'public', handle: (_request, response) => answerReadiness(options, response) },
    { path: '/health', permission: 'public', handle: (_request, response) => answerHealth(options, response) },
    {
      path: '/metrics',
      permission: 'public',
      handle: (request, response) => answerMetrics(telemetry, request, response),
    },
    {
      path: '/asyncapi.json',
      permission: 'public',
      handle: (_request, response) => {
        asyncApi ??= JSON.stringify(asyncApiDocument(service, { title: `Stoa ${service.name}`, version }))
        answerText(response, 200, asyncApi)
      },
    },
  ]
}

async function answerReadiness(options: OperatingOptions, response: ServerResponse): Promise<void> {
  const failed = options.isReady() ? await failures(options) : { service: 'starting or draining' }
  const isReady = Object.keys(failed).length === 0
  answer(response, isReady ? 200 : 503, { status: isReady ? 'up' : 'down' })
}

async function answerHealth(options: OperatingOptions, response: ServerResponse): Promise<void> {
  const failed = await failures(options)
  const components = Object.fromEntries(
    Object.keys(options.checks).map((name) => {
      const reason = failed[name]
      return [name, reason === undefined ? { status: 'up' } : { status: 'down', reason }]
    }),
  )
  const isUp = options.isReady() && Object.keys(failed).length === 0
  const { service, version } = options
  answer(response, isUp ? 200 : 503, { status: isUp ? 'up' : 'down', service: service.name, version, components })
}

async function failures({ checks, checkTimeoutMs = 2_000 }: OperatingOptions): Promise<Record<string, string>> {
  const failed: Record<string, string> = {}
  await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const late = AbortSignal.timeout(checkTimeoutMs)
      const { promise, reject } = Promise.withResolvers<never>()
      late.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true })
      try {
        await Promise.race([check(), promise])
      } catch (error) {
        failed[name] = error instanceof Error ? error.message : 'failed'
      }
    }),
  )
  return failed
}

async function answerMetrics(telemetry: Telemetry, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { contentType, body } = await telemetry.metrics.expose(request.headers.accept)
  response.writeHead(200, { 'content-type': contentType }).end(body)
}

function answer(response: ServerResponse, status: number, body: object): void {
  answerText(response, status, JSON.stringify(body))
}

function answerText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body)
}
