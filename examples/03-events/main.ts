import { setTimeout as delay } from 'node:timers/promises'
import { waitUntilCaughtUp } from '@stoa/events'
import type { LocalService, Place } from '@stoa/local'
import { openDatabase } from '@stoa/postgres'
import { ask } from '../ask.ts'
import { inPlace } from '../place.ts'
import { tallyService } from './tally.ts'
import { saleMade, tillService } from './till.ts'

interface Totals {
  readonly items: readonly { readonly product: string; readonly sold: number; readonly amount: number }[]
}

await inPlace(async (place) => {
  const till = await place.start(tillService)
  let tally = await place.start(tallyService)

  async function show(what: string): Promise<void> {
    const totals = () => ask<Totals>('GET', `${tally.url}/api/v1/totals`)
    // A consumer that has only just begun is behind in nothing yet: so it is waited for what it is to have at least, too.
    while ((await totals()).body.items.reduce((sum, { sold }) => sum + sold, 0) < 3) await delay(20)
    await waitUntilCaughtUp(place.log, { groups: ['tally'], timeoutMs: 10_000 })
    const { body } = await totals()
    console.log(
      `${what}: ${body.items.map(({ product, sold, amount }) => `${sold} ${product} for ${amount}`).join(', ')}`,
    )
  }

  for (const [product, amount] of [
    ['tea', 450],
    ['cup', 1200],
    ['tea', 475],
  ] as const) {
    await ask('POST', `${till.url}/api/v1/till/sales`, { body: { product, amount } })
  }
  const events = await untilLogged(place, 3)
  await show('three sales')

  // A log hands out every event at least once. Here all of them come a second time, under the ids they had.
  await place.log.append({
    topic: 'till.events',
    records: events.map(({ id, type, event }) => ({ id, type, event, key: 'again' })),
  })
  const { events: logged } = await place.log.read({ topics: ['till.events'] })
  await show(`each published twice, ${logged.length} events`)

  // A read model is a consequence: throw it away with what it has handled, go back to the beginning, and it is there again.
  await tally.stop()
  await forget(tally)
  await place.log.seek('tally', [saleMade.type], 'start')
  tally = await place.start(tallyService)
  await show('after a replay')
})

async function untilLogged({ log }: Place, count: number) {
  for (;;) {
    const page = await log.read({ topics: ['till.events'] })
    if (page.events.length >= count) return page.events
    await delay(20)
  }
}

async function forget({ databaseUrl: url }: LocalService): Promise<void> {
  const database = openDatabase({ url, applicationName: 'example', statementTimeoutMs: 10_000 })
  await database.transaction(async (tx) => {
    await tx.sql`truncate totals`
    await tx.sql`delete from inbox where consumer_group = 'tally'`
  })
  await database.close()
}
