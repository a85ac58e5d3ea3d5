import { act, closed, inspect, InstantSchema } from '@stoa/contract'
import { Type } from 'typebox'
import { Difference, ReconciliationReport } from './reconciliation.ts'

/** The operating endpoints of the reconciliation of order with the other services. */
export const reconciliationEndpoints = {
  listDifferences: inspect('reconciliation', {
    summary: 'List the known differences, oldest first, and the last reconciliation of each scope',
    answer: Type.Object({
      reconciliations: Type.Array(Type.Omit(ReconciliationReport, ['differences'])),
      differences: Type.Array(Type.Object({ ...Difference.properties, foundAt: InstantSchema })),
    }),
  }),
  reconcile: act('reconciliation', {
    summary: 'Reconcile now; requests for the same scope share one reconciliation',
    query: Type.Object({ scope: Type.Optional(ReconciliationReport.properties.scope) }, closed),
    answer: ReconciliationReport,
  }),
}
