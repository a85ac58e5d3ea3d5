import { openDatabase } from '@stoa/postgres'
import { runProjection } from '../src/index.ts'
import { sums } from './counter.ts'

// Applies events, a few transactions at once, until it is killed.
const [url = ''] = process.argv.slice(2)
const database = openDatabase({ url, applicationName: 'projector', statementTimeoutMs: 30_000 })
await Promise.all(
  [1, 2].map(async () => {
    for (;;) await database.transaction((tx) => runProjection(tx, sums))
  }),
)
