import { accessTable } from '@stoa/contracts/auth/roles'
import { userDeleted } from '@stoa/contracts/user/events'
import { newId } from '@stoa/kernel'
import { eventually, startTestService } from '@stoa/testing'
import { expect, test } from 'vitest'
import { monitoringService } from '../src/service.ts'
import { fakeSystem } from './fake-system.ts'

const ada = { subject: newId(), roles: ['ops'] }
const bob = { subject: newId(), roles: ['ops'] }

test('what monitoring keeps of an account is exported, and erased with the account', async () => {
  const shop = await fakeSystem()
  const service = await startTestService(monitoringService, {
    access: accessTable,
    settings: {
      OTLP_TOKEN: 'a-token-of-the-senders',
      REGISTRY_URL: shop.registryUrl,
      SCRAPE_INTERVAL_SECONDS: '1',
      INSTANCE_DOWN_SECONDS: '0',
    },
  })
  for (const name of ['books', 'films']) (await shop.add(name)).behaviour = 'fails'
  const read = async (path: string) => (await service.request('GET', path, { as: ada })).body
  const alerts = await eventually(async () => {
    const { items } = await read('/api/v1/alerts?state=firing')
    expect(items).toHaveLength(2)
    return items
  })
  const silences = []
  for (const [at, as] of [ada, bob].entries()) {
    const comment = `words of ${as.subject}`
    const acknowledge = `/api/v1/alerts/${alerts[at].id}/acknowledge`
    expect((await service.request('POST', acknowledge, { as, body: { comment } })).status).toBe(200)
    const body = { matchers: [{ name: 'job', value: 'tea' }], comment, minutes: 60 }
    silences.push((await service.request('POST', '/api/v1/alerts/silences', { as, body, key: newId() })).body)
  }
  const kept = async (subject: string) =>
    (await service.request('GET', `/personal-data/${subject}`, { as: { subject, roles: ['ops'] } })).body
  const exported = JSON.stringify(await kept(ada.subject))
  expect(exported).toContain(alerts[0].id)
  expect(exported).toContain(silences[0].id)
  expect(exported).not.toContain(bob.subject)

  await service.receive(userDeleted, ada.subject, { userId: ada.subject })
  await eventually(async () => expect(await kept(ada.subject)).toMatchObject({ acknowledgements: [], silences: [] }))
  const [first, second] = [await read(`/api/v1/alerts/${alerts[0].id}`), await read(`/api/v1/alerts/${alerts[1].id}`)]
  expect(first).toMatchObject({ state: 'firing', acknowledgedAt: expect.any(String) })
  expect(JSON.stringify(first)).not.toContain(ada.subject)
  expect(second).toMatchObject({ acknowledgedBy: bob.subject, acknowledgement: `words of ${bob.subject}` })
  const { items } = await read('/api/v1/alerts/silences')
  expect(items.map(({ id, createdBy }: any) => [id, createdBy])).toEqual([
    [silences[1].id, bob.subject],
    [silences[0].id, undefined],
  ])
  expect(JSON.stringify(items)).not.toContain(ada.subject)
  await service.stop()
  await shop.close()
})
