import { expect, test } from 'vitest'
import { auditList } from './list-audit.ts'

test('the trail of a service that was added while the gateway runs is in the list, and gone with it', async () => {
  const services = new Set(['order'])
  const asked: string[] = []
  const list = auditList({
    services: () => services,
    forward: async ({ route }) => {
      asked.push(route.service)
      throw new Error('no instance')
    },
  })
  const ask = (search: string) =>
    list({
      route: { path: '/api/v1/audit' } as never,
      head: { search, headers: {}, rawHeaders: [] } as never,
      principal: {} as never,
    })
  await expect(ask('?service=cup2')).rejects.toMatchObject({ code: 'request.path_unknown' })
  services.add('cup2')
  expect(JSON.parse((await ask('?service=cup2')).body.toString())).toEqual({ items: [], unavailable: ['cup2'] })
  services.delete('cup2')
  await expect(ask('?service=cup2')).rejects.toMatchObject({ code: 'request.path_unknown' })
  expect(asked).toEqual(['cup2'])
})
