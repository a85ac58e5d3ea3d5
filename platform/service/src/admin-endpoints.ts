import type { IncomingMessage } from 'node:http'
import { serveEndpoints } from '@stoa/contract'
import type { ExtraRoute } from '@stoa/http'
import { platformError } from '@stoa/kernel'
import type { AdminEndpoint } from '@stoa/kernel/admin'
import { healthEndpoints } from './endpoints.ts'
import type { Health } from './health.ts'
import { operatingRouter } from './operating-router.ts'

interface AdminOptions {
  /** The operating endpoints of the parts of the service. */
  readonly endpoints: readonly AdminEndpoint[]
  readonly health: Health
  readonly instanceId: string
}

const prefix = '/admin/'
const largestBodyBytes = 65_536

/** The operating endpoints of a service, on its own port and for `ops` only: those of its parts, and its health. */
export function adminEndpoints({ endpoints, health, instanceId }: AdminOptions): ExtraRoute {
  const ownHealth = serveEndpoints(healthEndpoints, {
    showHealth: async () => ({ instance: instanceId, ...(await health.report()) }),
  })
  const route = operatingRouter([...endpoints, ...ownHealth])
  return {
    path: `${prefix}*`,
    permission: 'ops',
    async handle(request, response) {
      const [path = '', search = ''] = (request.url ?? '/').split('?', 2)
      const call = { path: path.slice(prefix.length), search, body: () => readBody(request) }
      const answer = await route({ method: request.method ?? 'GET', ...call })
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    },
  }
}

/** Returns the JSON in the body of a request, undefined if the body is empty. @throws AppError 400, 413 */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > largestBodyBytes) throw platformError('request.too_large', 'The body is too large.')
    chunks.push(chunk)
  }
  if (sizeBytes === 0) return undefined
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw platformError('request.malformed', 'The body is not JSON.')
  }
}
