/** What a state means for the reader: its shape and colour. */
export type Tone = 'ok' | 'warning' | 'error' | 'info' | 'waiting' | 'stopped'

const states: Readonly<Record<Tone, readonly string[]>> = {
  ok: ['ready', 'up', 'completed', 'closed', 'delivered', 'done', 'succeeded', 'resolved', 'kept'],
  warning: ['draining', 'drained', 'failing', 'half_open', 'compensating', 'degraded', 'spent', 'warn'],
  error: ['unhealthy', 'stuck', 'dead', 'open', 'down', 'failed', 'firing', 'burning', 'error', 'fatal'],
  info: ['starting', 'running', 'pending', 'confirmed', 'picking', 'shipped', 'entered', 'begun', 'info'],
  waiting: ['waiting', 'on_hold', 'queued', 'silenced'],
  stopped: [
    'stopped',
    'discarded',
    'cancelled',
    'rejected',
    'compensated',
    'returned',
    'partially_returned',
    'refused',
  ],
}

const toneByState = new Map(
  Object.entries(states).flatMap(([tone, names]) => names.map((name) => [name, tone as Tone])),
)

/** The shape of each tone: status is never shown by colour alone. */
export const shapes: Readonly<Record<Tone, string>> = {
  ok: '✓',
  warning: '▲',
  error: '◆',
  info: '◐',
  waiting: '◷',
  stopped: '■',
}

/** The tone of a state; a state that is not known is neither good nor bad. */
export function toneOf(state: string): Tone {
  return toneByState.get(state) ?? 'stopped'
}

/** A state in words. */
export function wordsOf(state: string): string {
  const words = state.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
