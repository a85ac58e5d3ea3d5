import type { Handler } from '@stoa/contract'
import type { DashboardId } from '@stoa/contracts/reporting/dashboards'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import { readPageById, requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { findInvalidTile } from '../domain/dashboard.ts'
import * as store from '../store/dashboards.ts'

/** The refusal of an id that no dashboard has. */
export function noDashboard(id: string) {
  return { code: 'reporting.dashboard_not_found', detail: `There is no dashboard ${id}.` } as const
}

const mostDashboards = 1_000

function invalidTile({ index, detail }: { readonly index: number; readonly detail: string }) {
  const fields = [{ pointer: `/tiles/${index}`, detail }]
  return { code: 'reporting.dashboard_invalid', detail: `The tile ${index} ${detail}.`, fields } as const
}

export const createDashboard =
  ({ clock, newId }: Deps): Handler<ReportingService, 'createDashboard'> =>
  async ({ body: content, refuse, commit }) => {
    const invalid = findInvalidTile(content)
    if (invalid !== undefined) return refuse(invalidTile(invalid))
    return commit(async (tx) => {
      if ((await store.countDashboards(tx)) >= mostDashboards)
        return refuse('reporting.too_many_dashboards', `There are ${mostDashboards} dashboards.`)
      const id = newId() as DashboardId
      await store.insertDashboard(tx, { id, content, at: clock.now() })
      return { status: 201, id }
    })
  }

export const replaceDashboard =
  ({ clock }: Deps): Handler<ReportingService, 'replaceDashboard'> =>
  async ({ params: { id }, body: content, expectedVersion, refuse, commit }) => {
    const invalid = findInvalidTile(content)
    if (invalid !== undefined) return refuse(invalidTile(invalid))
    return commit(async (tx) => {
      const dashboard = await store.lockDashboard(tx, id)
      if (dashboard === undefined) return refuse(noDashboard(id))
      requireVersion(expectedVersion, dashboard, 'dashboard')
      await store.updateDashboard(tx, { id, content, at: clock.now() })
      return { status: 200, id }
    })
  }

export const deleteDashboard: Handler<ReportingService, 'deleteDashboard'> = async ({
  params: { id },
  expectedVersion,
  refuse,
  commit,
}) =>
  commit(async (tx) => {
    const dashboard = await store.lockDashboard(tx, id)
    if (dashboard === undefined) return refuse(noDashboard(id))
    requireVersion(expectedVersion, dashboard, 'dashboard')
    await store.deleteDashboard(tx, id)
    return { status: 204 }
  })

export const getDashboard: Handler<ReportingService, 'getDashboard'> = async ({ params: { id }, db, refuse }) => {
  const dashboard = await store.findDashboard(db, id)
  if (dashboard === undefined) return refuse(noDashboard(id))
  return { status: 200, body: dashboard.resource, version: dashboard.version }
}

export const listDashboards: Handler<ReportingService, 'listDashboards'> = async ({ query, db }) => ({
  status: 200,
  body: await readPageById(query, (beforeId, limit) => store.listDashboardsBefore(db, beforeId, limit)),
})
