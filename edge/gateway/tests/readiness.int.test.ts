import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { accessTable } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { eventually } from '@stoa/testing'
import { expect, onTestFinished, test } from 'vitest'
import { config } from '../src/config.ts'
import { startGateway } from '../src/start-gateway.ts'

test('it is ready only once the registry has told it who is there, and which routes', async () => {
  let isAway = true
  let hasRoutes = false
  const registry = createServer(({ url }, response) => {
    if (isAway) response.writeHead(503).end()
    else if (url === '/api/services')
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ revision: 1, items: [] }))
    else if (url === '/api/routes/watch' && !hasRoutes) response.writeHead(503).end()
    else if (url === '/api/routes/watch')
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write(`event: routes\ndata: ${JSON.stringify({ revision: 1, items: [] })}\n\n`)
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  })
  registry.listen(0, '127.0.0.1')
  await once(registry, 'listening')
  const gateway = await startGateway({
    config: config.parse({
      PORT: '0',
      ADMIN_PORT: '0',
      LOG_LEVEL: 'silent',
      // nobody listens there
      AUTH_URL: 'http://127.0.0.1:9',
      REGISTRY_URL: `http://127.0.0.1:${(registry.address() as AddressInfo).port}`,
    }),
    services: catalogue,
    access: accessTable,
  })
  onTestFinished(async () => {
    await gateway.stop()
    registry.closeAllConnections()
    registry.close()
  })
  const health = async () => {
    const answer = await fetch(`http://127.0.0.1:${gateway.adminPort}/health`)
    return { status: answer.status, body: await answer.json() }
  }
  const status = async () => (await fetch(`http://127.0.0.1:${gateway.port}/health/ready`)).status
  expect(await status()).toBe(503)
  expect(await health()).toMatchObject({
    status: 503,
    body: { status: 'down', components: { registry: { status: 'down' }, 'upstreams.order': { status: 'down' } } },
  })
  isAway = false
  await eventually(async () =>
    expect((await health()).body).toMatchObject({ components: { registry: { status: 'up' } } }),
  )
  expect(await status()).toBe(503)
  hasRoutes = true
  await eventually(async () => expect(await status()).toBe(200))
  await eventually(async () =>
    expect(await health()).toMatchObject({
      status: 200,
      body: {
        status: 'degraded',
        components: {
          registry: { status: 'up' },
          signingKeys: {
            status: 'down',
            reason: expect.stringContaining('the keys of the issuer could not be fetched'),
          },
          'upstreams.order': { status: 'down', reason: 'no instance is known', instances: 0 },
        },
      },
    }),
  )
})
