import type { SagaDetails } from '@stoa/saga/endpoints'
import { duration } from '../state/format.ts'
import { Time } from '../state/zone.tsx'
import { StateChip } from './Chip.tsx'

type Step = SagaDetails['steps'][number]

/** The journal of a saga, in the order in which it was written. */
export function SagaSteps({ steps }: { readonly steps: readonly Step[] }) {
  if (steps.length === 0) return <p className="quiet">No step has been recorded.</p>
  return (
    <ol className="timeline">
      {steps.map((step, index) => (
        // the journal only grows
        <li key={index}>
          <Time at={step.startedAt} />
          <StateChip state={step.outcome} />
          <span>
            {step.step === '' ? 'the whole saga' : step.step}{' '}
            <span className="quiet">
              {step.kind}, {duration(Date.parse(step.endedAt) - Date.parse(step.startedAt))}
              {step.attempts > 1 ? `, ${step.attempts} attempts` : ''}
              {step.error === undefined ? '' : `: ${[step.error, step.detail].filter(Boolean).join(': ')}`}
            </span>
          </span>
        </li>
      ))}
    </ol>
  )
}
