import { withoutModule } from '@stoa/contract'
import { orderCompleted } from '@stoa/contracts/order/events'
import type { UserService } from '@stoa/contracts/user/service'
import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { Deps } from '../src/deps.ts'
import { userService } from '../src/service.ts'
import { personalData } from '../src/use-cases/erase-user.ts'
import { startUser, type UserApp } from './user-app.ts'

let app: UserApp
beforeAll(async () => {
  const contract = withoutModule(userService.contract, 'shop') as UserService
  app = await startUser({}, { ...userService, contract })
})
afterAll(() => app.service.stop())

test('an account registers and signs in, and there are no guests', async () => {
  const ada = await app.register()
  expect((await app.signIn(ada.email, ada.password)).status).toBe(200)
  const visit = await app.ask('POST', '/api/v1/users/guest', { body: { email: 'guest@stoa.example' } })
  // the path is that of an account, which has no POST
  expect(visit.status).toBe(405)
})

test('nothing of the shop is consumed, called or run', async () => {
  const contract = withoutModule(userService.contract, 'shop')
  expect(Object.keys(contract.consumes)).toEqual([])
  expect(Object.keys(contract.calls)).toEqual(['auth'])
  const tasks = await app.service.database.read.sql<{ name: string }>`select distinct name from tasks`
  expect(tasks.map(({ name }) => name)).not.toContain('remove-guests')
  const order = { number: 'S-1', customerId: newId(), total: { amount: 1_000, currency: 'EUR' }, lines: [] }
  await expect(app.service.receive(orderCompleted, newId(), { ...order, orderId: newId() })).rejects.toThrow('consume')
})

test('points of an earlier time stay: the account shows them, and they are exported', async () => {
  const ada = await app.register()
  await app.service.database.transaction(async ({ sql }) => {
    await sql`
      insert into loyalty_entries (user_id, order_id, kind, points, event_id, at)
      values (${ada.id}, ${newId()}, 'earned', 7, ${newId()}, ${app.now()})`
    await sql`update users set loyalty_points = 7 where id = ${ada.id}`
  })
  const { body } = await app.ask('GET', `/api/v1/users/${ada.id}`, { as: ada.caller })
  expect(body.loyaltyPoints).toBe(7)
  const parts = personalData({ clock: { now: app.now } } as Deps)
  expect(await parts.export(ada.id as UserId, app.service.database.read)).toMatchObject({ loyalty: [{ points: 7 }] })
})
