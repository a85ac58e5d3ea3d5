import type { Handler } from '@stoa/contract'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import type { Deps } from '../deps.ts'
import { figuresOf, readServiceMap } from '../store/read-service-map.ts'

export const getServiceMap =
  ({ clock }: Deps): Handler<MonitoringService, 'getServiceMap'> =>
  async ({ query: { minutes = 15 }, db }) => {
    const to = clock.now()
    const from = to.subtract({ minutes })
    const { services, calls, isPartial } = await readServiceMap(db, from)
    const shown = services.map((row) => ({
      service: row.service,
      ...figuresOf(row),
      callers: calls.filter(({ callee }) => callee === row.service).map(({ caller }) => caller),
      callees: calls.filter(({ caller }) => caller === row.service).map(({ callee }) => callee),
    }))
    return { status: 200, body: { from: from.toString(), to: to.toString(), services: shown, calls, isPartial } }
  }
