import { letterEndpoints, LetterState } from '@stoa/events/endpoints'
import type { OperatedService } from '@stoa/contracts/gateway/operating'
import type { OperatingAnswer } from '@stoa/contract'
import { fromEach, type FromServices } from './each-service.ts'
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
): Promise<FromServices<PlacedLetter>> {
  const asked = withConsumers(services).filter((each) => service === undefined || each.service === service)
  const names = asked.map((each) => each.service)
  const { items, missing } = await fromEach(names, async (name) => {
    const list = (by: LetterState | undefined) =>
      operate(name, letterEndpoints.listDeadLetters, { query: { limit: 100, ...(by && { state: by }) }, signal })
    const [found, waiting] = await Promise.all([list(isLetterState(state) ? state : undefined), list('waiting')])
    return found.items.map((letter) => ({ ...letter, service: name, behind: behindOf(letter, waiting.items) }))
  })
  return { items: items.toSorted((a, b) => b.receivedAt.localeCompare(a.receivedAt)), missing }
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
