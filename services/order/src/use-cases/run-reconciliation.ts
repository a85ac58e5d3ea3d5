import { serveEndpoints, type TaskHandler } from '@stoa/contract'
import { reconciliationEndpoints } from '@stoa/contracts/order/operating'
import type { ReconciliationReport } from '@stoa/contracts/order/reconciliation'
import type { OrderService } from '@stoa/contracts/order/service'
import { isAppError } from '@stoa/kernel'
import type { AdminEndpoint } from '@stoa/service'
import type { Deps } from '../deps.ts'
import type { Difference } from '../domain/records.ts'
import { dueScope } from '../domain/reconciliation-schedule.ts'
import { countDifferences, findLastEnds, listDifferences, listReconciliations } from '../store/reconciliations.ts'
import { countKinds, keepReconciliation, reconcile } from './reconcile.ts'

/** Reconciles when that is due: the task comes more often than it is, and to one replica at a time. */
export const reconcileTask =
  (deps: Deps): TaskHandler<OrderService, 'reconcile'> =>
  async ({ calls, db, commit }) => {
    const history = { startedAt: deps.startedAt, lastEnds: await findLastEnds(db) }
    const scope = dueScope(deps.clock.now(), history, deps.reconciliation)
    if (scope === undefined) return
    try {
      const report = await reconcile(deps, { scope, db, calls })
      let unknown: readonly Difference[] = []
      await commit(async (tx) => void (unknown = await keepReconciliation(deps, tx, report)))
      logReport(deps, report, unknown)
    } catch (error) {
      if (!isAppError(error) || (error.kind !== 'unavailable' && error.kind !== 'timeout')) throw error
      // still due: the next one retries
      deps.telemetry.logger.warn('reconciliation failed: a service did not respond', { scope, error })
    }
  }

/** Reconciles on request, and returns the known differences. */
export function reconciliationAdmin(deps: Deps): readonly AdminEndpoint[] {
  const running = new Map<string, Promise<ReconciliationReport>>()
  // Concurrent requests share one reconciliation.
  const runOnce = (scope: ReconciliationReport['scope']) => {
    const known = running.get(scope)
    if (known !== undefined) return known
    const run = runNow(deps, scope).finally(() => running.delete(scope))
    running.set(scope, run)
    return run
  }
  return serveEndpoints(reconciliationEndpoints, {
    listDifferences: () => readKnown(deps),
    reconcile: ({ query: { scope = 'all' } }) => runOnce(scope),
  })
}

async function runNow(deps: Deps, scope: ReconciliationReport['scope']): Promise<ReconciliationReport> {
  const { database, calls, makeTx } = deps
  const report = await reconcile(deps, { scope, db: database.read, calls })
  const unknown = await database.transaction((handle) => keepReconciliation(deps, makeTx(handle), report))
  logReport(deps, report, unknown)
  return report
}

async function readKnown({ database: { read } }: Deps) {
  const [reconciliations, differences] = await Promise.all([listReconciliations(read), listDifferences(read, 1_000)])
  return { reconciliations, differences }
}

const mostLogged = 20

function logReport(
  { telemetry: { logger } }: Deps,
  report: ReconciliationReport,
  unknown: readonly Difference[],
): void {
  const { id: reconciliationId, scope, differences, isCaughtUp } = report
  const said = { reconciliationId, scope, orders: report.compared.orders, isCaughtUp }
  if (differences.length === 0) return logger.info('the records agree', said)
  const kinds = countKinds(differences).map(({ kind, count }) => `${count} ${kind}`)
  logger.error('the records do not agree', { ...said, differences: differences.length, kinds: kinds.join(', ') })
  for (const { kind, orderId, subject, expected, found } of unknown.slice(0, mostLogged)) {
    logger.error('difference found', {
      kind,
      expected,
      found,
      ...(orderId === undefined ? { subject } : { orderId }),
    })
  }
}

/** Exports the number of known differences, the same on every replica. */
export function observeDifferences({ database, telemetry }: Deps): void {
  telemetry.metrics.gauge(
    'reconciliation_differences',
    'Differences between orders and the records of other services',
    [],
    async (gauge) => gauge.set(await countDifferences(database.read)),
  )
}
