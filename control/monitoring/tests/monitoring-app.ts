import { accessTable } from '@stoa/contracts/auth/roles'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import { newId } from '@stoa/kernel'
import { startTestService, type TestAnswer, type TestService } from '@stoa/testing'
import { monitoringService } from '../src/service.ts'

const ops = { subject: newId(), roles: ['ops'] }
/** The token of senders of spans. */
export const token = 'a-token-of-the-senders'

/** An attribute as OTLP writes it. */
export const text = (key: string, value: string) => ({ key, value: { stringValue: value } })

let spans = 0
/** An id of a span that no other has. */
export const spanId = () => (++spans).toString(16).padStart(16, '0')
/** An id of a trace that no other has. */
export const traceId = () => newId().replaceAll('-', '')

/** A span in JSON of OTLP that began some time before now, or before another time. */
export function span(more: { ago?: number; before?: number; tookMs?: number } & Record<string, unknown>) {
  const { ago = 1_000, before = Date.now(), tookMs = 5, ...fields } = more
  const startMs = before - ago
  return {
    spanId: spanId(),
    kind: 2,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs * 1_000 + tookMs * 1_000}000`,
    ...fields,
  }
}

/** An export request with the spans of one service. */
export function exportOf(service: string, ...sent: readonly object[]) {
  return {
    resourceSpans: [
      {
        resource: { attributes: [text('service.name', service), text('service.instance.id', `${service}-1`)] },
        scopeSpans: [{ scope: { name: 'test' }, spans: sent }],
      },
    ],
  }
}

/** A log record in JSON of OTLP that was written some time before now, or before another time. */
export function logRecord(more: { ago?: number; before?: number } & Record<string, unknown>) {
  const { ago = 1_000, before = Date.now(), ...fields } = more
  return { timeUnixNano: `${before - ago}000000`, severityNumber: 9, ...fields }
}

/** An export request with the log records of one service. */
export function logExportOf(service: string, ...logRecords: readonly any[]) {
  return {
    resourceLogs: [
      {
        resource: { attributes: [text('service.name', service), text('service.instance.id', `${service}-1`)] },
        scopeLogs: [{ scope: { name: 'test' }, logRecords }],
      },
    ],
  }
}

/** Monitoring under test. */
export interface MonitoringApp {
  readonly service: TestService<MonitoringService>
  readonly send: (body: string | Buffer, headers?: Record<string, string>, path?: string) => Promise<Response>
  readonly sendSpans: (service: string, ...sent: readonly object[]) => Promise<unknown>
  readonly sendLogs: (service: string, ...sent: readonly unknown[]) => Promise<unknown>
  readonly read: (path: string) => Promise<TestAnswer>
  readonly ids: (query: string) => Promise<string[]>
}

/** Starts monitoring. */
export async function startMonitoring(settings: Record<string, string> = {}): Promise<MonitoringApp> {
  const service = await startTestService(monitoringService, {
    access: accessTable,
    settings: { OTLP_TOKEN: token, ...settings },
  })
  const send: MonitoringApp['send'] = (body, headers = {}, path = '/v1/traces') =>
    fetch(`${service.url}${path}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    })
  const read = (path: string) => service.request('GET', `/api/v1/telemetry/${path}`, { as: ops })
  return {
    service,
    send,
    async sendSpans(name, ...sent) {
      const response = await send(JSON.stringify(exportOf(name, ...sent)))
      if (response.status !== 200) throw new Error(`refused with ${response.status}`)
      return response.json()
    },
    async sendLogs(name, ...sent) {
      const response = await send(JSON.stringify(logExportOf(name, ...sent)), {}, '/v1/logs')
      if (response.status !== 200) throw new Error(`refused with ${response.status}`)
      return response.json()
    },
    read,
    async ids(query) {
      const { status, body } = await read(`traces?${query}`)
      if (status !== 200) throw new Error(JSON.stringify(body))
      return body.items.map((item: { traceId: string }) => item.traceId)
    },
  }
}
