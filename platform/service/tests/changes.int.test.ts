import { platformError } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { testDatabase } from '@stoa/testing'
import { expect, onTestFinished, test } from 'vitest'
import { changeFeed } from '../src/changes.ts'

test('a feed whose session is lost while it begins to listen opens one other, and hears again', async () => {
  const own = await testDatabase({ name: 'changes', sets: [] })
  onTestFinished(own.close)
  let opened = 0
  let closed = 0
  const database: Database = {
    ...own.database,
    async session() {
      const session = await own.database.session()
      const isFirst = opened++ === 0
      return {
        ...session,
        async listen(channel, onNotify) {
          if (!isFirst) return session.listen(channel, onNotify)
          const [{ pid } = { pid: 0 }] = await session.sql<{ pid: number }>`select pg_backend_pid() as pid`
          const lost = new Promise((resolve) => session.onLost(resolve))
          await own.database.read.sql`select pg_terminate_backend(${pid})`
          await lost
          throw platformError('database.unavailable', 'lost while it began to listen')
        },
        async close() {
          closed++
          await session.close()
        },
      }
    },
  }
  const listening = () => own.database.read.sql`
    select from pg_stat_activity where datname = current_database() and query ilike 'listen%'`
  const feed = changeFeed(database, { debug() {} } as never)
  const other = changeFeed(own.database, { debug() {} } as never)
  await expect.poll(async () => (await listening()).length).toBe(2)
  const { changed } = feed.watch('order')
  other.announce(['order'])
  await changed
  await feed.close()
  await other.close()
  expect({ opened, closed }).toEqual({ opened: 2, closed: 2 })
  await expect.poll(async () => (await listening()).length).toBe(0)
})
