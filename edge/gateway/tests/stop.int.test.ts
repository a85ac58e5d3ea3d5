import { createServer, type AddressInfo } from 'node:net'
import { stopTimeMs } from '@stoa/config'
import { accessTable } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { staticResolver, type Resolver } from '@stoa/discovery'
import { expect, onTestFinished, test } from 'vitest'
import { config } from '../src/config.ts'
import { startGateway } from '../src/start-gateway.ts'
import { testVerifier } from './test-verifier.ts'

/** Accepts connections and never responds. */
async function silentServer(): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const quiet = staticResolver({})

function start(more: { readonly resolver?: Resolver; readonly otlp?: string } = {}) {
  return startGateway({
    config: config.parse({
      PORT: '0',
      ADMIN_PORT: '0',
      LOG_LEVEL: 'silent',
      TRACE_SAMPLE_RATIO: '1',
      DRAIN_TIMEOUT_MS: '300',
      ...(more.otlp === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: more.otlp }),
    }),
    services: catalogue,
    access: accessTable,
    verifier: testVerifier(() => Promise.reject(new Error('no tokens here'))),
    resolver: more.resolver ?? quiet,
  })
}

async function stopMsOf(stop: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  await stop()
  return performance.now() - startMs
}

test('the gateway stops within its stated time while its collector of spans does not respond', async () => {
  const gateway = await start({ otlp: await silentServer() })
  await fetch(`http://127.0.0.1:${gateway.port}/api/v1/products`).then((response) => response.text())
  // a timer may be late on a busy machine
  expect(await stopMsOf(gateway.stop)).toBeLessThan(stopTimeMs(300) + 5_000)
})

test('the gateway stops within its stated time while a part of it does not close', async () => {
  const gateway = await start({ resolver: { ...quiet, close: () => new Promise(() => {}) } })
  expect(await stopMsOf(gateway.stop)).toBeLessThan(stopTimeMs(300) + 5_000)
})
