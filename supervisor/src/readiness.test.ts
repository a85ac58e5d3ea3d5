import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { selfSigned } from '../../edge/gateway/tests/self-signed.ts'
import { isReady } from './readiness.ts'

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const patientMs = 10_000
const answering =
  (status: number): RequestListener =>
  (_, response) =>
    response.writeHead(status).end()

test('a service is ready by HTTP, and a gateway with a certificate by HTTPS', async () => {
  const certificate = selfSigned(1)
  for (const [status, expected] of [
    [200, true],
    [503, false],
  ] as const) {
    expect(await isReady(await portOf(createHttpServer(answering(status))), patientMs)).toBe(expected)
    expect(await isReady(await portOf(createHttpsServer(certificate, answering(status))), patientMs)).toBe(expected)
  }
})

test('nothing is ready where nothing listens', async () => {
  const server = createHttpServer()
  const port = await portOf(server)
  await new Promise<void>((resolve) => server.close(() => resolve()))
  expect(await isReady(port, patientMs)).toBe(false)
})
