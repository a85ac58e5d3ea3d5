import { Button } from '@mantine/core'
import { randomKey } from '@stoa/rest'
import { useState } from 'react'
import { alerts, type Alert, type Silence } from '../api/alerts.ts'
import { conditionsOf, silenceScopesOf, silenceTimes } from '../state/alert-actions.ts'
import { useCan } from '../state/session.tsx'
import { ActionDialog, type Action } from './ActionDialog.tsx'

interface ButtonsProps {
  readonly alert: Alert
  readonly size: 'xs' | 'sm'
}

/** What an account that manages alerts can do with one; nothing for others, and nothing with one that is resolved. */
export function AlertActions({ alert, size }: ButtonsProps) {
  const can = useCan()
  const [action, setAction] = useState<Action>()
  if (!can('alert:manage') || alert.state === 'resolved') return null
  const subject = `${alert.name}: ${alert.summary}`
  return (
    <div className="row tight">
      {alert.acknowledgedAt === undefined && (
        <Button
          size={size}
          variant="default"
          aria-label={`Acknowledge ${subject}`}
          onClick={() => setAction(acknowledgeOf(alert))}
        >
          Acknowledge…
        </Button>
      )}
      <Button
        size={size}
        variant="default"
        aria-label={`Silence ${subject}`}
        onClick={() => setAction(silenceOf(alert))}
      >
        Silence…
      </Button>
      <ActionDialog action={action} onClose={() => setAction(undefined)} />
    </div>
  )
}

/** Ends a silence before its time. */
export function EndSilence({ silence }: { readonly silence: Silence }) {
  const [isOpen, setIsOpen] = useState(false)
  const action: Action = {
    label: 'End the silence',
    effect: `The staff are notified of ${conditionsOf(silence.matchers)} again. Alerts that fire now, and whose notification the silence has held back, are announced at once.`,
    run: () => alerts.endSilence({ params: { id: silence.id } }),
  }
  return (
    <>
      <Button
        size="xs"
        variant="default"
        aria-label={`End the silence of ${conditionsOf(silence.matchers)}`}
        onClick={() => setIsOpen(true)}
      >
        End…
      </Button>
      <ActionDialog action={isOpen ? action : undefined} onClose={() => setIsOpen(false)} />
    </>
  )
}

function acknowledgeOf({ id, name, summary }: Alert): Action {
  return {
    label: 'Acknowledge the alert',
    effect: `Everyone sees that you take care of ${name} (${summary}). It fires until its condition holds no longer. The acknowledgement cannot be withdrawn.`,
    fields: [{ kind: 'text', name: 'comment', label: 'Comment', help: 'What you do about it', maxLength: 500 }],
    run: ({ comment = '' }) => {
      const written = comment.trim()
      return alerts.acknowledgeAlert({ params: { id }, body: written === '' ? {} : { comment: written } })
    },
  }
}

function silenceOf(alert: Alert): Action {
  const scopes = silenceScopesOf(alert)
  // repeated after a lost response, it is the same silence
  const key = randomKey()
  return {
    label: 'Silence alerts',
    effect: 'No one is notified of these alerts until the silence ends. They stay in the list. You can end it earlier.',
    fields: [
      {
        kind: 'choice',
        name: 'scope',
        label: 'Alerts',
        options: scopes.map(({ name: value, label }) => ({ value, label })),
      },
      { kind: 'choice', name: 'minutes', label: 'For', options: silenceTimes, value: '60' },
      { kind: 'text', name: 'comment', label: 'Reason', isRequired: true, maxLength: 500 },
    ],
    run: ({ scope, minutes, comment = '' }) => {
      const matchers = [...(scopes.find(({ name }) => name === scope)?.matchers ?? [])]
      return alerts.createSilence({ body: { matchers, minutes: Number(minutes), comment: comment.trim() }, key })
    },
  }
}
