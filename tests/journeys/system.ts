import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import type { JourneySystem } from './global-setup.ts'

// Not by fetch, which gives up after five minutes: on a busy machine the systems of other workers take longer, one after the other.
const [response] = (await once(get(`${inject('systemsUrl')}/${process.env['VITEST_POOL_ID']}`), 'response')) as [
  IncomingMessage,
]
const said = await text(response)
if (response.statusCode !== 200) throw new Error(said)

/** The system that the journeys of this worker have for themselves. */
export const system = JSON.parse(said) as JourneySystem
