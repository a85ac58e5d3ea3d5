import { newId } from '@stoa/kernel'
import { chainStart, linkObjects } from '@stoa/security'
import { expect, test } from 'vitest'
import { makeEntry } from '../src/entry.ts'
import { facts, startAudit } from './audit-app.ts'
import { isAtScale } from './config.ts'

const rows = isAtScale() ? 1_000_000 : 20_000
const rowsAtOnce = 10_000

test('a long chain is verified, and one changed row in it is named', { timeout: 1_200_000 }, async () => {
  const { database, source, verify, tamper } = await startAudit()
  let head = chainStart('shop')
  for (let done = 0; done < rows; done += rowsAtOnce) {
    const entries = Array.from(
      { length: rowsAtOnce },
      () => makeEntry(source, { ...facts, target: newId(), persons: [newId()], address: '203.0.113.7' }).text,
    )
    const links = linkObjects(head, entries)
    head = links.at(-1) ?? head
    await database.transaction(
      ({ sql }) => sql`
        insert into audit_chain (sequence, text, hash)
        select * from unnest(${links.map(({ sequence }) => sequence)}::bigint[], ${links.map(({ text }) => text)}::text[],
          ${links.map(({ hash }) => hash)}::text[])`,
    )
  }
  const whole = await verify()
  expect(whole).toMatchObject({ rows, lastSequence: rows, faults: [] })
  if (isAtScale()) process.stdout.write(`verified ${rows} rows in ${whole.durationMs} ms\n`)
  const changed = Math.floor(rows / 2)
  await tamper((sql) => sql`update audit_chain set text = replace(text, 'ada', 'bob') where sequence = ${changed}`)
  expect((await verify()).faults).toEqual([{ kind: 'changed', sequence: changed }])
})
