import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessTable } from '@stoa/contracts/auth/roles'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { lowestIdAt, newId } from '@stoa/kernel'
import { startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notificationService } from '../src/service.ts'

const staffInbox = '00000000-0000-7000-8000-000000000000'
let service: TestService<NotificationService>
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-mail-'))
  service = await startTestService(notificationService, {
    access: accessTable,
    settings: { MAIL_FOLDER: folder, NOTIFICATION_RETENTION_DAYS: '30', MAIL_FOLDER_RETENTION_DAYS: '2' },
  })
})
afterAll(async () => {
  await service?.stop()
  await rm(folder, { recursive: true, force: true })
})

const daysAgo = (days: number) => Temporal.Now.instant().subtract({ hours: 24 * days })

async function note(kind: string, days: number, status: string): Promise<void> {
  const id = days === 0 ? newId() : lowestIdAt(daysAgo(days))
  await service.database.transaction(
    ({ sql }) => sql`
      insert into notifications (id, user_id, kind, channel, status, subject, body, created_at)
      values (${id}, ${staffInbox}, ${kind}, 'in_app', ${status}, 's', 'b', ${daysAgo(days)})`,
  )
}

test('messages and mail files that are older than their retention are deleted, all others stay', async () => {
  await note('recent', 29, 'sent')
  await note('now', 0, 'sent')
  await note('old', 31, 'sent')
  await note('old and never sent', 32, 'pending')
  for (const [name, days] of [
    ['old.eml', 3],
    ['new.eml', 1],
    ['old.txt', 9],
  ] as const) {
    await writeFile(join(folder, name), 'To: ada@stoa.example')
    const at = daysAgo(days).epochMilliseconds / 1_000
    await utimes(join(folder, name), at, at)
  }
  await service.runTask('remove-old', {})
  const left = await service.database.read.sql<{ kind: string }>`select kind from notifications order by id`
  expect(left.map(({ kind }) => kind)).toEqual(['recent', 'now'])
  expect((await readdir(folder)).toSorted()).toEqual(['new.eml', 'old.txt'])
})
