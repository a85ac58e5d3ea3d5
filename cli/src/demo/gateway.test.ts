import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gatewayAt, type Answer } from './gateway.ts'

let server: Server
let status: number
let body: string
let url: string
const ending = new AbortController()

beforeEach(async () => {
  server = createServer((_request, response) => response.writeHead(status).end(body))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function answersOf(signal: AbortSignal = ending.signal) {
  const answers: Answer[] = []
  const ask = gatewayAt({ url, signal, onAnswer: (answer) => answers.push(answer) })
  const received = await ask('token', (api) => api.listWarehouses())
  return { received, answers }
}

test('reports a response without a code, and resolves to its body', async () => {
  ;[status, body] = [200, '{"items":[]}']
  expect(await answersOf()).toEqual({ received: { items: [] }, answers: [{ code: undefined }] })
})

test.each([
  [422, '{"code":"order.unknown_sku"}', 'order.unknown_sku'],
  [502, '<html>', 'status 502'],
])('reports %i with its code, and resolves to nothing', async (...response) => {
  ;[status, body] = response
  expect(await answersOf()).toEqual({ received: undefined, answers: [{ code: response[2] }] })
})

test('reports that no answer has come', async () => {
  server.close()
  expect(await answersOf()).toEqual({ received: undefined, answers: [{ code: 'no answer' }] })
})

test('does not report what the end of the demonstration has aborted', async () => {
  expect(await answersOf(AbortSignal.abort())).toEqual({ received: undefined, answers: [] })
})
