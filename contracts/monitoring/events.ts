import { event, InstantSchema } from '@stoa/contract'
import { Type } from 'typebox'
import { alertFacts, AlertId } from './alert-resources.ts'

/** The condition of an alert rule has held for as long as the rule requires. Published once for each alert; of a silenced one when the silence has ended. */
export const alertFired = event(
  'alert.fired',
  '1.0.0',
  Type.Object({ alertId: AlertId, ...alertFacts, activeAt: InstantSchema, firedAt: InstantSchema }),
)

/** The condition of an alert that had fired holds no longer. */
export const alertResolved = event(
  'alert.resolved',
  '1.0.0',
  Type.Object({ alertId: AlertId, ...alertFacts, firedAt: InstantSchema, resolvedAt: InstantSchema }),
)
