import { expect, test } from 'vitest'
import { parentBased, traceIdRatio } from './sampler.ts'
import { describeHttpServerSpan, type ServedRequest } from './http-conventions.ts'
import type { EndedSpan } from './span.ts'
import { makeTracer } from './tracer.ts'

const request: ServedRequest = {
  method: 'GET',
  path: '/api/v1/orders/7',
  route: '/api/v1/orders/{id}',
  status: 200,
  clientAddress: '127.0.0.1',
  httpVersion: '1.1',
  host: 'shop.example:8080',
  userAgent: undefined,
}

function spanOf(served: Partial<ServedRequest>): EndedSpan | undefined {
  const ended: EndedSpan[] = []
  const tracer = makeTracer({
    sampler: parentBased(traceIdRatio(1)),
    onEnd: (span) => ended.push(span),
    now: () => Date.now(),
  })
  tracer.inSpan('GET', { kind: 'server', parent: null }, (span) =>
    describeHttpServerSpan(span, { ...request, ...served }),
  )
  return ended[0]
}

test('a server span is named after its method and route, with what the conventions require', () => {
  expect(spanOf({})).toMatchObject({
    name: 'GET /api/v1/orders/{id}',
    status: 'unset',
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/api/v1/orders/{id}',
      'http.response.status_code': 200,
      'url.path': '/api/v1/orders/7',
      'url.scheme': 'http',
      'server.address': 'shop.example',
      'server.port': 8080,
    },
  })
})

test('a status from 500 up marks it as failed, one below does not', () => {
  expect(spanOf({ status: 503 })).toMatchObject({ status: 'error', attributes: { 'error.type': '503' } })
  expect(spanOf({ status: 404 })?.status).toBe('unset')
})

test('a method that HTTP does not know is one value, and the original stands beside it', () => {
  expect(spanOf({ method: 'BREW', route: undefined })).toMatchObject({
    name: 'HTTP',
    attributes: { 'http.request.method': '_OTHER', 'http.request.method_original': 'BREW' },
  })
})
