import { expect, test } from 'vitest'
import { appendAudit, forgetAddresses, makeTally, searchAudit } from '../src/index.ts'
import { sealWaiting } from '../src/seal.ts'
import { facts, startAudit } from './audit-app.ts'

const anonymous = { ...facts, operation: 'user.signIn', actor: 'anonymous', actorKind: 'anonymous' } as const
const refused = { ...anonymous, outcome: 'refused', code: 'user.credentials_wrong' } as const

test('equal actions of a minute share one entry, with their number', async () => {
  const { database, source, seal, advance } = await startAudit()
  const tally = makeTally(database, source)
  await Promise.all(Array.from({ length: 40 }, () => tally.record({ ...facts, target: 'order 1' })))
  await tally.record({ ...facts, target: 'order 2' })
  expect(await seal()).toBe(0)
  advance(1)
  await seal()
  const found = await searchAudit(database.read, { limit: 10 })
  const counts = found.map(({ target, repeats }) => `${target} ${repeats?.count}`).toSorted()
  expect(counts).toEqual(['order 1 40', 'order 2 1'])
})

test('however many addresses try to sign in, they leave a bounded number of rows, and no attempt is uncounted', async () => {
  const { database, source, seal, advance } = await startAudit()
  const tally = makeTally(database, source)
  const attempts = Array.from({ length: 300 }, (_, index) => index)
  await Promise.all(
    attempts.map((index) => tally.record({ ...refused, address: `203.0.113.${index % 250}`, persons: [`p${index}`] })),
  )
  advance(1)
  await seal()
  const found = await searchAudit(database.read, { limit: 200 })
  expect(found).toHaveLength(21)
  expect(found.reduce((sum, { repeats }) => sum + (repeats?.count ?? 0), 0)).toBe(300)
  expect(Math.max(...found.map(({ persons }) => persons.length))).toBe(10)
})

test('an address is found with its entry until its owner is erased, and the chain stays whole', async () => {
  const { database, source, seal, verify, advance } = await startAudit()
  await makeTally(database, source).record({ ...facts, address: '203.0.113.7' })
  advance(1)
  await seal()
  expect(await searchAudit(database.read, { actor: 'ada', limit: 1 })).toMatchObject([{ address: '203.0.113.7' }])
  await database.transaction((tx) => forgetAddresses(tx, 'ada'))
  const [entry] = await searchAudit(database.read, { actor: 'ada', limit: 1 })
  expect(entry).not.toHaveProperty('address')
  expect(await verify()).toMatchObject({ rows: 1, faults: [] })
  const [{ text } = { text: '' }] = await database.read.sql<{ text: string }>`select text from audit_chain`
  expect(text).not.toContain('203.0.113.7')
})

test('the address of a wrong password for an account that is erased meanwhile is not kept', async () => {
  const { database, source, advance } = await startAudit()
  await makeTally(database, source).record({ ...refused, address: '203.0.113.7', persons: ['ada'] })
  advance(1)
  await sealWaiting({ database, source, findErased: async (_tx, asked) => new Set(asked.filter((id) => id === 'ada')) })
  expect(await database.read.sql`select address from audit_address`).toEqual([])
})

test('the address of a wrong password is deleted with the account that it was for, and with no other', async () => {
  const { database, source, seal, verify, advance } = await startAudit()
  const tally = makeTally(database, source)
  await tally.record({ ...refused, address: '203.0.113.7', persons: ['ada'] })
  await tally.record({ ...refused, address: '203.0.113.8', persons: ['bob'] })
  advance(1)
  await seal()
  await tally.record({ ...refused, address: '203.0.113.9', persons: ['ada'] })
  await database.transaction(async (tx) => {
    appendAudit(tx, source, { ...refused, address: '203.0.113.10', persons: ['ada'] })
  })
  await database.transaction((tx) => forgetAddresses(tx, 'ada'))
  advance(1)
  await seal()
  const found = await searchAudit(database.read, { limit: 10 })
  expect(found).toHaveLength(4)
  expect(found.map(({ address }) => address).filter((address) => address !== undefined)).toEqual(['203.0.113.8'])
  expect(await verify()).toMatchObject({ faults: [] })
})

test('an address that was exchanged is not shown', async () => {
  const { database, source, seal, advance } = await startAudit()
  await makeTally(database, source).record({ ...facts, address: '203.0.113.7' })
  advance(1)
  await seal()
  await database.transaction(({ sql }) => sql`update audit_address set address = '198.51.100.1'`)
  const [entry] = await searchAudit(database.read, { actor: 'ada', limit: 1 })
  expect(entry).not.toHaveProperty('address')
})

test('entries are found by person, operation, target, outcome and time', async () => {
  const { database, source, seal, advance } = await startAudit()
  const tally = makeTally(database, source)
  await tally.record({ ...facts, persons: ['carol'], target: 'order 1' })
  advance(24)
  await tally.record({ ...facts, operation: 'shop.close', outcome: 'refused', code: 'shop.busy' })
  advance(1)
  await seal()
  const operationsOf = async (search: object) =>
    (await searchAudit(database.read, { limit: 10, ...search })).map(({ operation }) => operation)
  expect(await operationsOf({})).toEqual(['shop.close', 'shop.open'])
  expect(await operationsOf({ person: 'carol' })).toEqual(['shop.open'])
  expect(await operationsOf({ target: 'order 1' })).toEqual(['shop.open'])
  expect(await operationsOf({ outcome: 'refused' })).toEqual(['shop.close'])
  const noon = Temporal.Now.instant().add({ hours: 12 }).toString()
  expect(await operationsOf({ until: noon })).toEqual(['shop.open'])
  expect(await operationsOf({ since: noon })).toEqual(['shop.close'])
  expect(await operationsOf({ before: 2 })).toEqual(['shop.open'])
})
