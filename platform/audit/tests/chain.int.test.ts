import { newId } from '@stoa/kernel'
import { chainStart, hashOfLink, type ChainLink } from '@stoa/security'
import { expect, test } from 'vitest'
import { appendAudit } from '../src/index.ts'
import { pruneAudit } from '../src/prune.ts'
import { readHead, sealWaiting } from '../src/seal.ts'
import { facts, memoryWitness, startAudit } from './audit-app.ts'

const operations = Array.from({ length: 9 }, (_, index) => `shop.step${index + 1}`)

test('what is recorded with a transaction gets its place in the chain, and what is rolled back does not', async () => {
  const { database, source, seal, verify } = await startAudit()
  await database.transaction(async (tx) => appendAudit(tx, source, facts))
  const rolledBack = database.transaction(async (tx) => {
    appendAudit(tx, source, facts)
    throw new Error('rolled back')
  })
  await expect(rolledBack).rejects.toThrow('rolled back')
  expect(await seal()).toBe(1)
  expect(await database.read.sql`select * from audit_pending`).toEqual([])
  expect(await verify()).toMatchObject({ rows: 1, lastSequence: 1, faults: [], isComplete: true })
})

test('rows that were changed, removed or exchanged are found and named', async () => {
  const { record, seal, verify, tamper } = await startAudit()
  await record(...operations)
  await seal()
  expect((await verify()).faults).toEqual([])
  await tamper((sql) => sql`update audit_chain set text = replace(text, 'ada', 'bob') where sequence = 2`)
  expect((await verify()).faults).toEqual([{ kind: 'changed', sequence: 2 }])
  await tamper((sql) => sql`delete from audit_chain where sequence in (4, 5)`)
  await tamper(async (sql) => {
    await sql`update audit_chain set sequence = -7 where sequence = 7`
    await sql`update audit_chain set sequence = 7 where sequence = 8`
    await sql`update audit_chain set sequence = 8 where sequence = -7`
  })
  expect((await verify()).faults).toEqual([
    { kind: 'changed', sequence: 2 },
    { kind: 'removed', sequence: 4, count: 2 },
    { kind: 'moved', sequence: 7, from: 8 },
    { kind: 'moved', sequence: 8, from: 7 },
  ])
})

test('rows that were removed from the end, and a chain that was computed anew, disagree with the witness', async () => {
  const { database, source, record, seal, verify, tamper } = await startAudit()
  const witness = memoryWitness(source.clock)
  await record(...operations)
  await seal()
  await witness.note('shop', await readHead(database.read, 'shop'))
  expect(await verify(witness)).toMatchObject({ faults: [], witnessed: 1 })
  const rows = await database.read.sql<ChainLink>`select sequence, text, hash from audit_chain order by sequence`
  await tamper((sql) => sql`delete from audit_chain where sequence > 6`)
  expect((await verify()).faults).toEqual([])
  expect((await verify(witness)).faults).toEqual([{ kind: 'truncated', sequence: 7, count: 3 }])
  await tamper(async (sql) => {
    await sql`delete from audit_chain`
    let { hash } = chainStart('shop')
    for (const { sequence, text } of rows) {
      const changed = text.replace('ada', 'bob')
      hash = hashOfLink(hash, changed)
      await sql`insert into audit_chain (sequence, text, hash) values (${sequence}, ${changed}, ${hash})`
    }
  })
  expect((await verify()).faults).toEqual([])
  expect((await verify(witness)).faults).toEqual([{ kind: 'rewritten', sequence: 9 }])
})

test('the table refuses changes, deletions and truncation', async () => {
  const { database, record, seal } = await startAudit()
  await record('shop.open')
  await seal()
  const tries = [
    database.transaction(({ sql }) => sql`update audit_chain set text = '{}' where sequence = 1`),
    database.transaction(({ sql }) => sql`delete from audit_chain`),
    database.transaction(({ sql }) => sql`truncate audit_chain`),
  ]
  for (const each of await Promise.allSettled(tries)) {
    expect(each).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('append-only') } })
  }
})

test('two replicas that seal while others record lose and repeat nothing', async () => {
  const { record, seal, verify, database } = await startAudit()
  const names = Array.from({ length: 60 }, (_, index) => `shop.n${index}`)
  let isDone = false
  const sealer = async () => {
    while (!isDone) await seal()
  }
  const sealers = [sealer(), sealer()]
  await Promise.all([record(...names.slice(0, 30)), record(...names.slice(30))])
  isDone = true
  await Promise.all(sealers)
  await seal()
  expect(await verify()).toMatchObject({ rows: 60, faults: [] })
  const rows = await database.read.sql<{ operation: string }>`select operation from audit_chain`
  expect(rows.map(({ operation }) => operation).toSorted()).toEqual(names.toSorted())
})

test('retention removes old rows up to a witnessed head, and the rest stays verifiable', async () => {
  const { database, source, record, seal, verify, advance, tamper } = await startAudit()
  const witness = memoryWitness(source.clock)
  await record('shop.a', 'shop.b', 'shop.c')
  await seal()
  await witness.note('shop', await readHead(database.read, 'shop'))
  const pruning = { database, service: 'shop', witness, days: 365 }
  expect(await pruneAudit({ ...pruning, now: source.clock.now() })).toBe(0)
  advance(24 * 366)
  await record('shop.d', 'shop.e')
  await seal()
  await witness.note('shop', await readHead(database.read, 'shop'))
  // more rows between two heads than are removed at once
  expect(await pruneAudit({ ...pruning, now: source.clock.now(), rowsAtOnce: 2 })).toBe(3)
  expect(await verify(witness)).toMatchObject({ rows: 2, firstSequence: 4, lastSequence: 5, faults: [] })
  // a removal before its time, with an anchor that fits
  const { hash } = await readHead(database.read, 'shop')
  await tamper(async (sql) => {
    await sql`delete from audit_chain`
    await sql`insert into audit_anchor (sequence, hash) values (5, ${hash})`
  })
  expect((await verify(witness)).faults).toEqual([{ kind: 'pruned_early', sequence: 5 }])
  await tamper((sql) => sql`update audit_anchor set hash = ${newId()} where sequence = 5`)
  expect((await verify(witness)).faults).toEqual([{ kind: 'rewritten', sequence: 5 }])
})

test('entries of a process that died before they were sealed wait for the next sealer, once each', async () => {
  const { database, source, record, seal, verify } = await startAudit()
  await record('shop.a', 'shop.b')
  // the sealer dies with its transaction: its last statement fails
  const dying = sealWaiting({ database, source, findErased: () => Promise.reject(new Error('died')) })
  await expect(dying).rejects.toThrow('died')
  expect(await database.read.sql`select 1 from audit_chain`).toEqual([])
  expect(await database.read.sql`select 1 from audit_pending`).toHaveLength(2)
  expect(await seal()).toBe(2)
  expect(await seal()).toBe(2)
  expect(await verify()).toMatchObject({ rows: 2, faults: [] })
})
