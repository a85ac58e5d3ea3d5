import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { describeService, errors, get } from '@stoa/contract'
import { createHttpApp } from '@stoa/http'
import { newId } from '@stoa/kernel'
import { bulkhead, loadShedder } from '@stoa/resilience'
import { createTelemetry } from '@stoa/telemetry'
import { Type } from 'typebox'

// A process with the HTTP server of a service, whose only operation needs one of a few connections, as to a database.
const [, , limit, connections, queryMs] = process.argv
const pool = bulkhead({ name: 'pool', maxConcurrent: Number(connections), maxWaiting: 10_000 })
const pooled = describeService({
  name: 'pooled',
  port: 1,
  owner: 'bench',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {
    work: get('/api/v1/work', {
      summary: 'Work',
      permission: 'public',
      owner: 'none',
      answers: { 200: Type.Object({}) },
    }),
  },
  personalData: 'none',
})
const app = await createHttpApp({
  service: pooled,
  bindings: {
    work: async () => {
      await pool.execute(() => delay(Number(queryMs)))
      return { status: 200, body: {} }
    },
  },
  database: {} as never,
  calls: () => ({}),
  makeTx: () => {
    throw new Error('nothing is written')
  },
  authenticate: async () => ({ kind: 'anonymous', subject: '', roles: [], can: () => false }),
  telemetry: createTelemetry({
    service: 'pooled',
    environment: 'bench',
    version: '0',
    instance: 'bench',
    logLevel: 'silent',
    spanSinks: [],
  }),
  newId,
  changes: { watch: () => ({ changed: new Promise(() => {}), stop() {} }) },
  version: '0',
  load: loadShedder(limit === 'fixed' ? { floor: 512 } : {}),
})
const server = createServer(app.listener)
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as { port: number }).port))
process.on('disconnect', () => process.exit())
