import { inject } from 'vitest'
import type { JourneySystem } from './global-setup.ts'

const answer = await fetch(`${inject('systemsUrl')}/${process.env['VITEST_POOL_ID']}`)
if (!answer.ok) throw new Error(await answer.text())

/** The system that the journeys of this worker have for themselves. */
export const system = (await answer.json()) as JourneySystem
