import { RestProblem } from '@stoa/rest'
import { shownError } from './problem.ts'

/** What several services have listed, and which of them did not respond. */
export interface FromServices<Item> {
  readonly items: Item[]
  /** The services whose items are missing, with the reason. */
  readonly missing: readonly { readonly service: string; readonly reason: string }[]
}

/**
 * Reads a list from each service. One that does not respond is named, so that the others are shown; a refusal is thrown, as it is the
 * same for all.
 */
export async function fromEach<Item>(
  services: readonly string[],
  read: (service: string) => Promise<Item[]>,
): Promise<FromServices<Item>> {
  const settled = await Promise.allSettled(services.map(read))
  const items: Item[] = []
  const missing: { service: string; reason: string }[] = []
  settled.forEach((result, index) => {
    if (result.status === 'fulfilled') return void items.push(...result.value)
    const error: unknown = result.reason
    if (!isUnavailable(error)) throw error
    missing.push({ service: services[index] ?? '', reason: shownError(error).title })
  })
  return { items, missing }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof RestProblem && error.status >= 500
}
