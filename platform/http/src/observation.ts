import { attributes, httpServerRequestDuration, runWithContext, type Telemetry } from '@stoa/telemetry'
import type { Exchange } from './exchange.ts'

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** nginx's number for a client that left before the answer; never sent. */
const clientGone = 499

/** Tells what became of an exchange: duration, access log line, span. */
export function makeObserver({ metrics, logger }: Telemetry): (exchange: Exchange) => void {
  const durations = httpServerRequestDuration(metrics)
  return (exchange) => {
    const { response, method, route, span, path } = exchange
    const status = response.writableFinished ? response.statusCode : clientGone
    const durationMs = performance.now() - exchange.startedAt
    durations.observe(durationMs / 1_000, {
      http_request_method: knownMethods.has(method) ? method : '_OTHER',
      http_route: route ?? 'unmatched',
      http_response_status_code: status,
    })
    // After the response the context of the request is gone, its fields are not.
    runWithContext(span.context, () =>
      logger.info('request answered', {
        method,
        route,
        path,
        status,
        code: exchange.code,
        durationMs: Math.round(durationMs * 100) / 100,
        requestId: exchange.requestId,
        subject: exchange.principal?.subject,
      }),
    )
    endSpan(exchange, status)
  }
}

function endSpan({ span, request, method, path, address }: Exchange, status: number): void {
  if (span.isRecording) {
    span.setAttribute(attributes.httpRequestMethod, method)
    span.setAttribute(attributes.urlPath, path)
    span.setAttribute(attributes.urlScheme, 'http')
    span.setAttribute(attributes.clientAddress, address)
    span.setAttribute(attributes.networkProtocolVersion, request.httpVersion)
    const agent = request.headers['user-agent']
    if (agent !== undefined) span.setAttribute(attributes.userAgentOriginal, agent)
    span.setAttribute(attributes.httpResponseStatusCode, status)
    if (status >= 500) span.setAttribute(attributes.errorType, String(status))
  }
  span.end()
}
