import { auditMigrations } from '@stoa/audit'
import { newId } from '@stoa/kernel'
import { testDatabase } from '@stoa/testing'
import { expect, onTestFinished, test } from 'vitest'
import { erasureMigrations, isErased, noteErased, purgeErasedSubjects } from '../src/erased-subjects.ts'

async function database() {
  const made = await testDatabase({ name: 'erasure', sets: [erasureMigrations, auditMigrations] })
  onTestFinished(() => made.close())
  return made.database
}

test('an erasure waits for a transaction that writes for the person, and a later transaction sees it', async () => {
  const { transaction } = await database()
  const person = newId()
  const steps: string[] = []
  const asked = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  const writing = transaction(async (tx) => {
    steps.push(`writes, erased: ${await isErased(tx, person)}`)
    asked.resolve()
    await mayEnd.promise
    steps.push('has written')
  })
  await asked.promise
  const erasing = transaction(async (tx) => {
    await noteErased(tx, person)
    steps.push('erases')
  })
  const later = transaction(async (tx) => isErased(tx, newId()))
  expect(await later).toBe(false)
  await new Promise((resolve) => setTimeout(resolve, 100))
  mayEnd.resolve()
  await Promise.all([writing, erasing])
  expect(steps).toEqual(['writes, erased: false', 'has written', 'erases'])
  expect(await transaction((tx) => isErased(tx, person))).toBe(true)
  expect(await transaction((tx) => isErased(tx, 'service:order'))).toBe(false)
})

test('a write that waits for an erasure sees it', async () => {
  const { transaction } = await database()
  const person = newId()
  const noted = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  const erasing = transaction(async (tx) => {
    await noteErased(tx, person)
    noted.resolve()
    await mayEnd.promise
  })
  await noted.promise
  const writing = transaction((tx) => isErased(tx, person))
  await new Promise((resolve) => setTimeout(resolve, 100))
  mayEnd.resolve()
  await erasing
  expect(await writing).toBe(true)
})

test('a person who was erased more than a year ago is forgotten', async () => {
  const made = await database()
  const [old, recent] = [newId(), newId()]
  await made.transaction(async (tx) => {
    await noteErased(tx, old)
    await noteErased(tx, recent)
    await tx.sql`update erased_subject set erased_at = now() - interval '366 days' where subject = ${old}`
  })
  await purgeErasedSubjects(made)
  expect(await made.transaction((tx) => isErased(tx, old))).toBe(false)
  expect(await made.transaction((tx) => isErased(tx, recent))).toBe(true)
})
