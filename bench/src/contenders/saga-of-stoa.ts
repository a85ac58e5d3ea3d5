import { describeService, errors, type Tx, type WriteHandle } from '@stoa/contract'
import { openDatabase } from '@stoa/postgres'
import { saga, startSaga, startSagaEngine, type SagaEngineOptions } from '@stoa/saga'
import { createTelemetry } from '@stoa/telemetry'
import { Type } from 'typebox'
import { serve } from './serve.ts'

// The saga engine as a service runs it, with steps that do nothing. The same steps are in saga-of-dbos.ts.

const [url = '', sampleRatio = '', writeConnections = ''] = process.argv.slice(2)

const shop = describeService({
  name: 'shop',
  port: 1,
  owner: 'bench',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({ 'shipping.refused': { kind: 'conflict', title: 'The shipment was refused' } }),
  operations: {},
  sagas: { purchase: { version: 1, input: Type.Object({ orderId: Type.String(), isRefused: Type.Boolean() }) } },
  personalData: 'none',
})

const purchase = saga(shop, 'purchase')
  .step('reserve', { action: async () => ({ reserved: 2 }), compensation: async () => {} })
  .step('pay', { action: async () => ({ amount: 1_999 }), compensation: async () => {} })
  .step('ship', {
    action: async ({ input, fail }) => (input.isRefused ? fail('shipping.refused') : { carrier: 'post' }),
    compensation: async () => {},
  })
  .pivot('confirm', { action: async () => ({ status: 'confirmed' }) })

const telemetry = createTelemetry({
  service: 'shop',
  environment: 'bench',
  version: '0',
  instance: 'bench',
  logLevel: 'warn',
  sampleRatio: Number(sampleRatio),
})
const database = openDatabase({
  url,
  applicationName: 'bench-saga',
  statementTimeoutMs: 10_000,
  writeConnections: Number(writeConnections),
  telemetry,
})

interface Waiting {
  changesLeft: number
  readonly resolve: () => void
}

const waiting = new Map<string, Waiting>()

const engine = await startSagaEngine({
  service: shop,
  definitions: { purchase } as unknown as SagaEngineOptions['definitions'],
  database,
  callsFor: () => ({}),
  makeTx: (handle: WriteHandle) => ({ sql: handle.sql }) as unknown as Tx,
  telemetry,
  workerName: 'bench',
  onChanged(ids) {
    for (const id of ids) onChanged(id)
  },
})

function onChanged(id: string): void {
  const found = waiting.get(id)
  if (found === undefined || --found.changesLeft > 0) return
  waiting.delete(id)
  found.resolve()
}

async function run(kind: string): Promise<void> {
  const isRefused = kind === 'compensated'
  const orderId = crypto.randomUUID()
  const { promise, resolve } = Promise.withResolvers<void>()
  // Compensating, and then compensated; or completed.
  waiting.set(orderId, { changesLeft: isRefused ? 2 : 1, resolve })
  await database.transaction((tx) => startSaga(tx, shop, 'purchase', orderId, { orderId, isRefused }))
  await promise
}

serve(run, async () => {
  await engine.stop(1_000)
  await database.close()
})
