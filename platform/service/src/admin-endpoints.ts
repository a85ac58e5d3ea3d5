import { serveEndpoints } from '@stoa/contract'
import type { ExtraRoute } from '@stoa/http'
import type { AdminEndpoint } from '@stoa/kernel/admin'
import { healthEndpoints } from './endpoints.ts'
import type { Health } from './health.ts'
import { readOperatingBody, splitTarget } from './operating-request.ts'
import type { OperatorRecorder } from './operator-recorder.ts'
import { operatingRouter, type MatchedEndpoint } from './operating-router.ts'

interface AdminOptions {
  /** The operating endpoints of the parts of the service. */
  readonly endpoints: readonly AdminEndpoint[]
  readonly health: Health
  readonly instanceId: string
  readonly recorder: OperatorRecorder
}

const prefix = '/admin/'

/** The operating endpoints of a service, on its own port and for `ops` only: those of its parts, and its health. */
export function adminEndpoints({ endpoints, health, instanceId, recorder }: AdminOptions): ExtraRoute {
  const ownHealth = serveEndpoints(healthEndpoints, {
    showHealth: async () => ({ instance: instanceId, ...(await health.report()) }),
  })
  const route = operatingRouter([...endpoints, ...ownHealth])
  return {
    path: `${prefix}*`,
    permission: 'ops',
    async handle(request, response, { caller }) {
      const { path, search } = splitTarget(request.url ?? '/')
      const call = { path: path.slice(prefix.length), search, body: () => readOperatingBody(request) }
      const around = (matched: MatchedEndpoint, run: () => Promise<unknown>) => recorder.operate(caller, matched, run)
      const answer = await route({ method: request.method ?? 'GET', ...call }, around)
      response
        .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify(answer))
    },
  }
}
