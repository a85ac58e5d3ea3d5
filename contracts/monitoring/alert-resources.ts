import { closed, idSchema, InstantSchema, nameText, noteText } from '@stoa/contract'
import { Type, type Static } from 'typebox'

/** The id of an alert. */
export const AlertId = idSchema('alert')
export type AlertId = Static<typeof AlertId>
/** The id of a silence. */
export const SilenceId = idSchema('silence')
export type SilenceId = Static<typeof SilenceId>

/** Where an alert is: its condition holds, has held for long enough, or holds no longer. */
export const AlertState = Type.Enum(['pending', 'firing', 'resolved'])
export type AlertState = Static<typeof AlertState>

const AlertLabels = Type.Record(Type.String({ maxLength: 200 }), Type.String({ maxLength: 500 }))

/** What an alert is about, in its resource and its events. */
export const alertFacts = {
  name: Type.String({ description: 'of its rule' }),
  severity: Type.String({ description: '`page` needs a person at once, `ticket` on the next working day' }),
  service: Type.Optional(Type.String()),
  labels: AlertLabels,
  summary: Type.String(),
  runbook: Type.Optional(Type.String({ description: 'the page that explains how to fix it' })),
}

/** An alert: one for each set of labels for which the condition of a rule holds. */
export const Alert = Type.Object({
  id: AlertId,
  state: AlertState,
  ...alertFacts,
  value: Type.Optional(Type.Number({ description: 'of the expression of its rule, when it was last evaluated' })),
  activeAt: Type.String({ ...InstantSchema, description: 'since when the condition has held' }),
  firedAt: Type.Optional(InstantSchema),
  resolvedAt: Type.Optional(InstantSchema),
  acknowledgedAt: Type.Optional(InstantSchema),
  acknowledgedBy: Type.Optional(Type.String()),
  acknowledgement: Type.Optional(Type.String()),
  silencedUntil: Type.Optional(
    Type.String({ ...InstantSchema, description: 'by the silence that ends last; no one is notified until then' }),
  ),
})
export type Alert = Readonly<Static<typeof Alert>>

/** A condition on a label of alerts; a missing label counts as empty. */
export const SilenceMatcher = Type.Object(
  {
    name: Type.String({ pattern: '^[a-zA-Z_][a-zA-Z0-9_]{0,99}$' }),
    operator: Type.Optional(
      Type.Enum(['=', '!=', '=~', '!~'], { default: '=', description: '`=~` and `!~` take a regular expression' }),
    ),
    value: nameText(500, 0),
  },
  closed,
)
export type SilenceMatcher = Readonly<Static<typeof SilenceMatcher>>

/** Alerts that meet all conditions of a silence notify no one until it ends. */
export const Silence = Type.Object({
  id: SilenceId,
  matchers: Type.Array(SilenceMatcher, { minItems: 1, maxItems: 10 }),
  comment: Type.Optional(Type.String({ ...noteText(500), description: 'missing after an erasure of its author' })),
  createdBy: Type.Optional(Type.String()),
  createdAt: InstantSchema,
  endsAt: InstantSchema,
})
export type Silence = Readonly<Static<typeof Silence>>
