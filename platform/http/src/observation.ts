import {
  describeHttpServerSpan,
  httpMethodOf,
  httpServerRequestDuration,
  runWithContext,
  type Telemetry,
} from '@stoa/telemetry'
import type { Exchange } from './exchange.ts'

/** The status that nginx uses for a client that disconnected before the response; never sent. */
const clientGone = 499

/** Records the result of an exchange: duration, access log line, span. The line of a quiet exchange, such as a refused export of logs, is not exported. */
export function makeObserver({ metrics, logger }: Telemetry): (exchange: Exchange, isQuiet: boolean) => void {
  const durations = httpServerRequestDuration(metrics)
  return (exchange, isQuiet) => {
    const { response, method, route, span, path } = exchange
    const status = exchange.isUpgraded ? 101 : response.writableFinished ? response.statusCode : clientGone
    const durationMs = performance.now() - exchange.startedAt
    durations.observe(durationMs / 1_000, {
      http_request_method: httpMethodOf(method),
      http_route: route ?? 'unmatched',
      http_response_status_code: status,
    })
    // After the response the context of the request is gone, its fields are not.
    runWithContext(isQuiet ? { ...span.context, keepsLogsLocal: true } : span.context, () =>
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

function endSpan({ span, request, method, path, route, address }: Exchange, status: number): void {
  if (span.isRecording) {
    const { host, 'user-agent': userAgent } = request.headers
    const { httpVersion } = request
    describeHttpServerSpan(span, { method, path, route, status, clientAddress: address, httpVersion, host, userAgent })
  }
  span.end()
}
