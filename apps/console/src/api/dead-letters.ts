import { letterEndpoints, LetterState } from '@stoa/events/endpoints'
import type { OperatedService } from '@stoa/contracts/gateway/operating'
import type { OperatingAnswer } from '@stoa/contract'
import { operate } from './operate.ts'
import { withConsumers } from './system.ts'

type Letter = OperatingAnswer<typeof letterEndpoints.listDeadLetters>['items'][number]

/** A dead letter, its service, and how many of the listed letters wait behind it. */
export interface PlacedLetter extends Letter {
  readonly service: string
  readonly behind: number
}

/** The states of dead letters, as filters. */
export const letterStates: readonly string[] = LetterState.enum

interface LetterFilter {
  readonly state?: string | undefined
  readonly service?: string | undefined
}

/** Lists the dead letters of every service, the latest first; 100 of each at most. */
export async function listLetters(
  services: readonly OperatedService[],
  { state, service }: LetterFilter,
  signal: AbortSignal,
): Promise<PlacedLetter[]> {
  const asked = withConsumers(services).filter((each) => service === undefined || each.service === service)
  const lists = await Promise.all(
    asked.map(async ({ service: name }) => {
      const list = (by: LetterState | undefined) =>
        operate(name, letterEndpoints.listDeadLetters, { query: { limit: 100, ...(by && { state: by }) }, signal })
      const [{ items }, waiting] = await Promise.all([list(isLetterState(state) ? state : undefined), list('waiting')])
      return items.map((letter) => ({ ...letter, service: name, behind: behindOf(letter, waiting.items) }))
    }),
  )
  return lists.flat().toSorted((a, b) => b.receivedAt.localeCompare(a.receivedAt))
}

/** How many letters of the same key wait. */
export function behindOf(
  { group, key }: Pick<Letter, 'group' | 'key'>,
  waiting: readonly Pick<Letter, 'group' | 'key'>[],
): number {
  return waiting.filter((each) => each.group === group && each.key === key).length
}

function isLetterState(state: string | undefined): state is LetterState {
  return state !== undefined && letterStates.includes(state)
}
