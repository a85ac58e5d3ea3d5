import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Service } from '@stoa/contract'
import { asyncApiDocument } from '@stoa/events'
import type { ExtraRoute } from '@stoa/http'
import type { Telemetry } from '@stoa/telemetry'
import type { Health } from './health.ts'
import type { Role } from './service-config.ts'

interface OperatingOptions {
  readonly service: Service
  readonly role: Role
  readonly version: string
  readonly telemetry: Telemetry
  readonly health: Health
}

/** The routes of every service outside its contract: health, metrics, and the documents generated from the contract. */
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

async function answerReadiness({ health }: OperatingOptions, response: ServerResponse): Promise<void> {
  const isReady = await health.isReady()
  answer(response, isReady ? 200 : 503, { status: isReady ? 'up' : 'down' })
}

async function answerHealth(
  { health, service, role, version }: OperatingOptions,
  response: ServerResponse,
): Promise<void> {
  const { status, components } = await health.report()
  answer(response, status === 'down' ? 503 : 200, { status, service: service.name, role, version, components })
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
