import type { Alert, Silence } from '@stoa/contracts/monitoring/alert-resources'
import { AlertState } from '@stoa/contracts/monitoring/alert-resources'
import {
  acknowledgeAlert,
  createSilence,
  endSilence,
  getAlert,
  listAlerts,
  listSilences,
} from '@stoa/contracts/monitoring/alerts-http'
import { restClient } from '@stoa/rest'
import { queryOptions } from '@tanstack/react-query'
import { appHeaders } from './session.ts'
import { hasMonitoring } from './system.ts'

/** The operations of monitoring for alerts. */
export const alerts = restClient(
  { operations: { acknowledgeAlert, createSilence, endSilence, getAlert, listAlerts, listSilences } },
  { url: '', headers: appHeaders },
)

export type { Alert, Silence }

/** The states of alerts, as filters. */
export const alertStates = AlertState.enum

/** The alerts that fire, those that began last first; none in a system without monitoring. */
export const firingQuery = queryOptions({
  queryKey: ['alerts', 'firing', 'overview'],
  queryFn: async ({ client, signal }) => {
    if (!(await hasMonitoring(client))) return { items: [] }
    return (await alerts.listAlerts({ query: { state: 'firing', limit: 100 }, signal })).body
  },
  refetchInterval: 10_000,
})
