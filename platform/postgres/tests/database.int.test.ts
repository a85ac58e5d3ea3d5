import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { isAppError } from '@stoa/kernel'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import {
  afterCommit,
  afterEnd,
  beforeCommit,
  isUniqueViolation,
  openDatabase,
  sendLastWithCommit,
  sendWithCommit,
  sqlState,
  type Database,
} from '../src/index.ts'

let own: TestDatabase
let db: Database

const accounts = {
  name: '0001-create-accounts',
  sql: 'create table account (id int primary key, owner text not null, balance bigint not null default 0);',
}

beforeAll(async () => {
  own = await testDatabase({ name: 'database', sets: [{ name: 'account', migrations: [accounts] }] })
  db = own.database
})
afterAll(() => own.close())
beforeEach(async () => {
  await db.transaction(async (tx) => {
    await tx.sql`truncate account`
    await tx.sql`insert into account (id, owner, balance) values (1, 'ada', 100), (2, 'bob', 100)`
  })
})

const balances = async () =>
  (await db.read.sql<{ balance: number }>`select balance from account order by id`).map(({ balance }) => balance)

describe('the read handle', () => {
  test('refuses a write', async () => {
    const refused = await db.read.sql`update account set balance = 0`.catch((error: unknown) => error)
    expect(sqlState(refused)).toBe('25006')
    expect(await balances()).toEqual([100, 100])
  })

  test('answers more statements at once than it has connections, each its own rows', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => db.read.sql<{ n: number }>`select ${n}::int as n`),
    )
    expect(answers.map(([row]) => row?.n)).toEqual(Array.from({ length: 200 }, (_, n) => n))
    expect(db.stats().read.open).toBeLessThanOrEqual(3)
  })

  test('continues after a statement that failed', async () => {
    const outcomes = await Promise.allSettled([
      db.read.sql`select 1 / ${0}::int`,
      db.read.sql`select * from no_such_table`,
      db.read.sql`select 1 as one`,
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  })

  test('shows the caller in the stack of an error', async () => {
    async function readMissingTable() {
      return await db.read.sql`select * from no_such_table`
    }
    const error = await readMissingTable().catch((thrown: unknown) => thrown as Error)
    expect((error as Error).stack).toContain('readMissingTable')
  })

  test('reads on when a migration changes what a prepared statement answers', async () => {
    const read = () => db.read.sql`select * from changing`
    await db.transaction((tx) => tx.sql`create table changing (a int)`)
    await Promise.all([read(), read(), read(), read()])
    await db.transaction((tx) => tx.sql`alter table changing add column b int`)
    await db.transaction((tx) => tx.sql`insert into changing values (1, 2)`)
    expect(await read()).toEqual([{ a: 1, b: 2 }])
  })

  test('gives up a statement at the statement timeout', async () => {
    const hasty = openDatabase({ url: own.url, applicationName: 'hasty', statementTimeoutMs: 50 })
    const error = await hasty.read.sql`select pg_sleep(10)`.catch((thrown: unknown) => thrown)
    expect(isAppError(error, 'database.statement_timeout')).toBe(true)
    await hasty.close()
  })
})

test('connections that are idle for long are closed, and the next statement opens one', async () => {
  const { url } = own
  const idle = openDatabase({ url, applicationName: 'idle', statementTimeoutMs: 10_000, idleTimeoutMs: 50 })
  onTestFinished(() => idle.close())
  const ask = () => idle.read.sql`select 1 as one`
  await Promise.all([ask(), idle.transaction((tx) => tx.sql`select 1`)])
  await eventually(() => expect(idle.stats()).toMatchObject({ read: { open: 0 }, write: { open: 0 } }))
  expect(await ask()).toEqual([{ one: 1 }])
})

describe('a transaction', () => {
  test('holds together', async () => {
    await db.transaction(async (tx) => {
      await tx.sql`update account set balance = balance - 30 where id = 1`
      await tx.sql`update account set balance = balance + 30 where id = 2`
    })
    expect(await balances()).toEqual([70, 130])
  })

  test('is rolled back when the function throws', async () => {
    const failing = db.transaction(async (tx) => {
      await tx.sql`update account set balance = 0`
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await balances()).toEqual([100, 100])
  })

  test('fails when an error inside it was swallowed, instead of committing nothing', async () => {
    const failing = db.transaction(async (tx) => {
      await tx.sql`update account set balance = 0`
      await tx.sql`insert into account (id, owner) values (1, 'twice')`.catch(() => {})
    })
    const error = await failing.catch((thrown: unknown) => thrown)
    expect(isUniqueViolation(error, 'account_pkey')).toBe(true)
    expect(await balances()).toEqual([100, 100])
  })

  test('gives back a usable connection after a failure', async () => {
    for (let round = 0; round < 10; round++) {
      await db.transaction((tx) => tx.sql`select 1 / ${0}::int`).catch(() => {})
    }
    await db.transaction((tx) => tx.sql`update account set balance = 5`)
    expect(await balances()).toEqual([5, 5])
  })

  test('cannot be used after its end', async () => {
    const tx = await db.transaction(async (handle) => handle)
    await expect(tx.sql`update account set balance = 0`).rejects.toThrow('after its end')
    expect(await balances()).toEqual([100, 100])
  })

  test('runs again after a real deadlock, so that both changes hold', async () => {
    let runs = 0
    const waiting: (() => void)[] = []
    const bothHaveTheFirst = () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve)
        if (waiting.length === 2) waiting.forEach((go) => go())
      })
    const transfer = (from: number, to: number) => {
      let isFirstRun = true
      return db.transaction(async (tx) => {
        runs++
        await tx.sql`update account set balance = balance - 10 where id = ${from}`
        if (isFirstRun) await bothHaveTheFirst()
        isFirstRun = false
        await tx.sql`update account set balance = balance + 10 where id = ${to}`
      })
    }
    await Promise.all([transfer(1, 2), transfer(2, 1)])
    // one more for each deadlock, of which a busy machine may make several
    expect(runs).toBeGreaterThanOrEqual(3)
    expect(await balances()).toEqual([100, 100])
  })

  test('tells a deadlock when it may not run again', async () => {
    const outcomes = await Promise.allSettled(
      [
        [1, 2],
        [2, 1],
      ].map(([first, second]) =>
        db.transaction(
          async (tx) => {
            await tx.sql`update account set balance = 1 where id = ${first}`
            await delay(200)
            await tx.sql`update account set balance = 1 where id = ${second}`
          },
          { attempts: 1 },
        ),
      ),
    )
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(failed.map(({ reason }) => sqlState(reason))).toEqual(['40P01'])
  })

  test('refuses a caller for whom no connection becomes free in time', async () => {
    const small = openDatabase({
      url: own.url,
      applicationName: 'small',
      statementTimeoutMs: 5_000,
      writeConnections: 1,
      acquireTimeoutMs: 100,
    })
    await small.transaction(async (tx) => {
      await tx.sql`select 1`
      const error = await small.transaction((inner) => inner.sql`select 1`).catch((thrown: unknown) => thrown)
      expect(isAppError(error, 'database.saturated')).toBe(true)
    })
    await small.close()
  })

  test('closes only after the transactions in progress', async () => {
    const closing = openDatabase({ url: own.url, applicationName: 'closing', statementTimeoutMs: 5_000 })
    const { promise: isUnderWay, resolve: begun } = Promise.withResolvers<void>()
    const slow = closing.transaction(async (tx) => {
      await tx.sql`update account set balance = 7 where id = 1`
      begun()
      await delay(100)
      await tx.sql`update account set balance = 7 where id = 2`
    })
    await isUnderWay
    await Promise.all([closing.close(), slow])
    expect(await balances()).toEqual([7, 7])
    await expect(closing.read.sql`select 1`).rejects.toMatchObject({ code: 'database.closed' })
  })
})

describe('around the commit', () => {
  test('callbacks before it run last, in order, inside the transaction', async () => {
    await db.transaction(async (tx) => {
      beforeCommit(tx, async () => void (await tx.sql`update account set balance = balance * 2`))
      beforeCommit(tx, async () => void (await tx.sql`update account set balance = balance + 1`))
      await tx.sql`update account set balance = 5`
    })
    expect(await balances()).toEqual([11, 11])
  })

  test('a callback before it runs in the asynchronous context of its registration', async () => {
    const who = new AsyncLocalStorage<string>()
    const seen: (string | undefined)[] = []
    await db.transaction(async (tx) => {
      for (const name of ['one', 'two'])
        who.run(name, () => beforeCommit(tx, async () => void seen.push(who.getStore())))
      await tx.sql`update account set balance = 5`
    })
    expect(seen).toEqual(['one', 'two'])
  })

  test('a callback before it that throws rolls back', async () => {
    const failing = db.transaction(async (tx) => {
      beforeCommit(tx, () => Promise.reject(new Error('no')))
      await tx.sql`update account set balance = 5`
    })
    await expect(failing).rejects.toThrow('no')
    expect(await balances()).toEqual([100, 100])
  })

  test('statements sent with it hold together with the rest', async () => {
    await db.transaction(async (tx) => {
      sendWithCommit(tx, () => tx.sql`update account set balance = balance + 1`)
      await tx.sql`update account set balance = 5`
    })
    expect(await balances()).toEqual([6, 6])
  })

  test('a statement sent with it that fails makes the transaction fail', async () => {
    const failing = db.transaction(async (tx) => {
      sendWithCommit(tx, () => tx.sql`insert into account (id, owner) values (1, 'twice')`)
      await tx.sql`update account set balance = 5`
    })
    expect(isUniqueViolation(await failing.catch((error: unknown) => error))).toBe(true)
    expect(await balances()).toEqual([100, 100])
  })

  test('is a rollback when a callback throws before its statements are out', async () => {
    const throwing: (() => Promise<unknown>)[] = [
      async () => JSON.stringify({ amount: 1n }),
      () => {
        throw new TypeError('at once')
      },
      async () => {
        await Promise.resolve().then(() => Promise.resolve())
        throw new TypeError('a little later')
      },
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        throw new TypeError('much later')
      },
      () => Promise.all([addOne(), Promise.reject(new TypeError('beside a statement'))]),
    ]
    let handle: Parameters<Parameters<Database['transaction']>[0]>[0]
    const addOne = () => handle.sql`update account set balance = balance + 1`
    for (const callback of throwing) {
      const failing = db.transaction(async (tx) => {
        handle = tx
        await tx.sql`update account set balance = 5`
        sendWithCommit(tx, addOne)
        sendWithCommit(tx, callback)
      })
      await expect(failing).rejects.toBeInstanceOf(TypeError)
      expect(await balances()).toEqual([100, 100])
    }
  })

  test('of a transaction with a last statement gives up its locks before it is on the disk, and ends after that', async () => {
    // the server of the tests flushes nothing by itself
    const url = new URL(own.url)
    url.searchParams.set('options', '-c synchronous_commit=on')
    const durable = openDatabase({ url: url.href, applicationName: 'durable', statementTimeoutMs: 5_000 })
    onTestFinished(() => durable.close())
    await db.transaction(async ({ sql }) => {
      await sql`create table seen (nth bigint generated always as identity, setting text)`
      await sql`
        create function see() returns trigger language plpgsql as $$
        begin
          insert into seen (setting) values (current_setting('synchronous_commit'));
          return null;
        end $$`
      await sql`
        create constraint trigger at_commit after update on account deferrable initially deferred
          for each row execute function see()`
    })
    for (let nth = 0; nth < 20; nth += 1) {
      let written = ''
      await durable.transaction(async (tx) => {
        sendLastWithCommit(tx, async () => {
          const [row] = await tx.sql<{ lsn: string }>`
            with moved as (update account set balance = balance + 1 where id = 1 returning 1)
            select pg_current_wal_insert_lsn()::text as lsn from moved`
          written = row?.lsn ?? ''
        })
        await tx.sql`select 1`
      })
      const [row] = await db.read.sql`select pg_current_wal_flush_lsn() > ${written}::pg_lsn as "isFlushed"`
      expect(row).toEqual({ isFlushed: true })
    }
    await durable.transaction(({ sql }) => sql`update account set balance = 0 where id = 1`)
    const seen = await db.read.sql<{ setting: string }>`select setting from seen order by nth`
    expect(seen.map(({ setting }) => setting)).toEqual([...Array.from({ length: 20 }, () => 'off'), 'on'])
    await db.transaction(({ sql }) => sql`drop trigger at_commit on account`)
  })

  test('sends a last statement behind the others', async () => {
    await db.transaction(async (tx) => {
      sendLastWithCommit(tx, () => tx.sql`update account set balance = balance * 2`)
      sendWithCommit(tx, () => tx.sql`update account set balance = 5`)
      await tx.sql`select 1`
    })
    expect(await balances()).toEqual([10, 10])
    const failing = db.transaction(async (tx) => {
      sendLastWithCommit(tx, () => tx.sql`insert into account (id, owner) values (1, 'twice')`)
      await tx.sql`update account set balance = 7`
    })
    expect(isUniqueViolation(await failing.catch((error: unknown) => error))).toBe(true)
    expect(await balances()).toEqual([10, 10])
  })

  test('waits for a callback whose statements come late', async () => {
    await db.transaction(async (tx) => {
      sendWithCommit(tx, async () => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        await tx.sql`update account set balance = 7`
      })
      await tx.sql`update account set balance = 5`
    })
    expect(await balances()).toEqual([7, 7])
  })

  test('callbacks after it see what was committed, and never run after a rollback', async () => {
    const seen = Promise.withResolvers<number[]>()
    await db.transaction(async (tx) => {
      afterCommit(tx, async () => seen.resolve(await balances()))
      await tx.sql`update account set balance = 9`
    })
    expect(await seen.promise).toEqual([9, 9])
    let ran = false
    await db
      .transaction(async (tx) => {
        afterCommit(tx, () => {
          ran = true
        })
        await tx.sql`select 1 / 0`
      })
      .catch(() => {})
    expect(ran).toBe(false)
  })

  test('callbacks after its end are told how it ended', async () => {
    const endings: string[] = []
    const failing = (statement: 'first' | 'with the commit') =>
      db.transaction(async (tx) => {
        afterEnd(tx, (ending) => void endings.push(ending))
        if (statement === 'first') await tx.sql`select 1 / 0`
        sendWithCommit(tx, () => tx.sql`select 1 / 0`)
      })
    await expect(failing('first')).rejects.toThrow('division by zero')
    await expect(failing('with the commit')).rejects.toThrow('division by zero')
    await db.transaction(async (tx) => {
      afterEnd(tx, (ending) => void endings.push(ending))
      afterCommit(tx, () => void endings.push('after the commit'))
      await tx.sql`update account set balance = 9`
    })
    expect(endings).toEqual(['rolled_back', 'rolled_back', 'committed', 'after the commit'])
  })

  test('what a callback after it throws is logged and harms nobody', async () => {
    const logged: object[] = []
    const log = { info: () => {}, warn: (fields: object) => void logged.push(fields) }
    const noisy = openDatabase({ url: own.url, applicationName: 'noisy', statementTimeoutMs: 5_000, log })
    const error = new Error('after')
    await noisy.transaction(async (tx) => {
      afterCommit(tx, () => Promise.reject(error))
      await tx.sql`update account set balance = 9`
    })
    await delay(0)
    expect(logged).toEqual([{ err: error }])
    await noisy.close()
  })
})
