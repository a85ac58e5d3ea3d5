import type { AuditedAction } from '@stoa/contract'
import { listAudit } from '@stoa/contracts/gateway/http'
import { restClient } from '@stoa/rest'
import { appHeaders } from './session.ts'

/** The audit trails of all services. */
export const audit = restClient({ operations: { listAudit } }, { url: '', headers: appHeaders })

export type { AuditedAction }

/** The outcomes of audited actions, as filters. */
export const auditOutcomes = [
  'succeeded',
  'refused',
  'failed',
  'begun',
] as const satisfies readonly AuditedAction['outcome'][]
