import { join } from 'node:path'

/** The number of the last flush in the Delta log is kept under this name. */
export const flushAppId = 'stoa.etl.events'

/** The events of the lake, divided by the day on which they happened (UTC). */
export const eventColumns = {
  day: 'date',
  // the order of staging; of one aggregate it is the order of its events
  seq: 'long',
  id: 'string',
  type: 'string',
  subject: 'string',
  happened_at: 'timestamp',
  data: 'string',
} as const

/** The folder of the table of events. */
export function eventsFolder(lake: string): string {
  return join(lake, 'events')
}
