import { newId } from '@stoa/kernel'
import { openDatabase } from '@stoa/postgres'
import { issue } from './issue.ts'

// Issues invoices, several at once, until it is killed.
const [url = ''] = process.argv.slice(2)
const database = openDatabase({ url, applicationName: 'replica', statementTimeoutMs: 30_000 })
await Promise.all(
  [1, 2, 3, 4].map(async () => {
    for (;;) await issue(database, newId())
  }),
)
