import { inject } from 'vitest'
import type { JourneySystem } from './global-setup.ts'

/** The system that the journeys of this worker have for themselves. */
export function system(): JourneySystem {
  const found = inject('systems')[Number(process.env['VITEST_POOL_ID']) - 1]
  if (found === undefined) throw new Error('there are more workers than systems')
  return found
}
