/** What the actions depend on. */
interface ActionableSaga {
  readonly state: string
  readonly steps: readonly { readonly step: string; readonly outcome: string }[]
}

/** An action on a saga, with what it will do. */
export interface SagaAction {
  readonly name: 'retry' | 'skip' | 'compensate'
  readonly label: string
  readonly effect: string
  readonly isDangerous: boolean
}

const ended = new Set(['completed', 'compensated'])

/** The actions that a saga in this state allows; the service refuses a compensation past the pivot. */
export function sagaActionsFor({ state, steps }: ActionableSaga): SagaAction[] {
  const last = steps.at(-1)
  const step = last === undefined || last.step === '' ? 'the part at which it failed' : `the step ${last.step}`
  const actions: SagaAction[] = []
  if (state === 'stuck') {
    actions.push(
      {
        name: 'retry',
        label: 'Retry the step',
        effect: `Runs ${step} again. If it succeeds, the saga continues; if it fails, the saga is stuck again.`,
        isDangerous: false,
      },
      {
        name: 'skip',
        label: 'Skip the step',
        effect: `Continues as if ${step} had succeeded. Its effect does not happen: you must perform it yourself. This cannot be undone.`,
        isDangerous: true,
      },
    )
  }
  if (!ended.has(state) && state !== 'compensating') {
    actions.push({
      name: 'compensate',
      label: 'Compensate the saga',
      effect:
        'Undoes every step that may have taken effect, in reverse order, and ends the saga. It is refused past the pivot. This cannot be undone.',
      isDangerous: true,
    })
  }
  return actions
}
