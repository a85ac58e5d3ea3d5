import type { DescMethodUnary } from '@bufbuild/protobuf'
import type { Transport } from '@connectrpc/connect'
import { createConnectTransport, Http2SessionManager } from '@connectrpc/connect-node'
import { fromConnectError } from './refusal-detail.ts'

/** One upstream's connection: HTTP/2 without TLS, opened by the first call and kept. */
export interface RpcConnection {
  unary(
    method: DescMethodUnary,
    request: object,
    options: { readonly headers: Headers; readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
  ): Promise<object>
  close(): void
}

/**
 * Connects to one instance of a service. Calls reject with the refusal the callee gave, or with `service.unavailable`
 * or `request.deadline_exceeded` when it gave none (then the outcome is unknown).
 */
export function connectRpc(host: string, port: number, callee: string): RpcConnection {
  const baseUrl = `http://${host}:${port}`
  const sessionManager = new Http2SessionManager(baseUrl, {
    pingIntervalMs: 30_000,
    pingTimeoutMs: 5_000,
    idleConnectionTimeoutMs: 300_000,
  })
  const transport: Transport = createConnectTransport({
    baseUrl,
    httpVersion: '2',
    acceptCompression: [],
    sessionManager,
  })
  return {
    async unary(method, request, { headers, timeoutMs, signal }) {
      try {
        const answer = await transport.unary(method, signal, timeoutMs, headers, request as never)
        return answer.message
      } catch (error) {
        throw fromConnectError(error, callee)
      }
    },
    close: () => sessionManager.abort(),
  }
}
