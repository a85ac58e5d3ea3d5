import type { SagaDefinition, Service } from '@stoa/contract'
import { orderService } from '@stoa/order'

/** What of a saga can go wrong: a call to another service, or what runs in a transaction of order's own. */
export type Part = 'action' | 'compensation' | 'enter' | 'then' | 'start' | 'completed' | 'compensated'

/** One place in a saga, read from the definition that the service itself runs. */
export interface Point {
  readonly saga: string
  /** Empty for entries of the whole saga. */
  readonly step: string
  readonly part: Part
  readonly kind: 'call' | 'local'
  readonly isWait: boolean
  /** A compensation, or a step from the pivot on: it may not be given up. */
  readonly mustHold: boolean
  /** Attempts it says itself. */
  readonly attempts: number | undefined
}

type Definition = SagaDefinition<Service, string>

// Nothing of it is called: only the steps are read.
const bindings = orderService.bind({})

/** The sagas of order, by name. */
export const sagas = bindings.sagas as unknown as Readonly<Record<string, Definition>>

/** Whom the sagas call. */
export const callees: readonly string[] = Object.keys(orderService.contract.calls)

/** Every place of every saga, in the order of its steps. */
export const points: readonly Point[] = Object.values(sagas).flatMap(pointsOf)

export function nameOf({ saga, step, part }: Pick<Point, 'saga' | 'step' | 'part'>): string {
  return step === '' ? `${saga} ${part}` : `${saga} ${step} ${part}`
}

/** The steps before the pivot that call a service, in their order. */
export function callsBeforePivot(saga: string): readonly string[] {
  const steps = sagas[saga]?.steps ?? []
  const pivot = steps.findIndex(({ kind }) => kind === 'pivot')
  return steps.slice(0, pivot < 0 ? steps.length : pivot).flatMap(({ name, kind }) => (kind === 'step' ? [name] : []))
}

function pointsOf({ name: saga, steps, onCompleted, onCompensated }: Definition): Point[] {
  const whole = { saga, step: '', kind: 'local', isWait: false, mustHold: true, attempts: undefined } as const
  const pivot = steps.findIndex(({ kind }) => kind === 'pivot')
  const ofSteps = steps.flatMap((step, index): Point[] => {
    const of = { saga, step: step.name, isWait: step.kind === 'wait', attempts: step.attempts }
    const mustHold = pivot >= 0 && index >= pivot
    return [
      ...(step.enter === undefined ? [] : [{ ...of, part: 'enter', kind: 'local', mustHold } as const]),
      ...(step.action === undefined ? [] : [{ ...of, part: 'action', kind: 'call', mustHold } as const]),
      ...(step.then === undefined ? [] : [{ ...of, part: 'then', kind: 'local', mustHold } as const]),
    ]
  })
  const undone = steps.toReversed().flatMap((step): Point[] => {
    if (step.compensation === undefined) return []
    const { name, attempts } = step
    return [{ saga, step: name, part: 'compensation', kind: 'call', isWait: false, mustHold: true, attempts }]
  })
  return [
    { ...whole, part: 'start' },
    ...ofSteps,
    ...undone,
    ...(onCompleted === undefined ? [] : [{ ...whole, part: 'completed' } as const]),
    ...(onCompensated === undefined ? [] : [{ ...whole, part: 'compensated' } as const]),
  ]
}
