import type { Observer, ResilienceEvent } from '../src/events.ts'

/** An observer that keeps what it hears. */
export function recorder(): Observer & { readonly events: ResilienceEvent[]; readonly types: () => string[] } {
  const events: ResilienceEvent[] = []
  return { events, types: () => events.map((event) => event.type), onEvent: (event) => void events.push(event) }
}
