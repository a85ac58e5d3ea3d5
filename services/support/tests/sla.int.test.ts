import { ticketSlaBreached, ticketUpdated } from '@stoa/contracts/support/events'
import { userDeleted } from '@stoa/contracts/user/events'
import { eventually } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { agent, customerOf, path, startSupport, type SupportApp } from './support-app.ts'

let app: SupportApp
beforeAll(async () => {
  app = await startSupport({ SUPPORT_HOLIDAYS: '2026-11-03', TICKET_RETENTION_DAYS: '30' })
})
afterEach(() => app.clock.set('2026-11-02T12:00'))
afterAll(() => app.service.stop())

const report = () => app.service.runTask('report-breaches', {})
const breachesOf = (id: string) => app.publishedOf(ticketSlaBreached.type, id)

test('a missed goal is published once, however often and by how many it is looked for', async () => {
  const { body: ticket } = await app.open(customerOf(), { priority: 'high' })
  // four hours of business time: the afternoon
  expect((await app.read(agent, ticket.id)).sla.firstResponse).toEqual({ dueAt: '2026-11-02T15:00:00Z' })
  app.clock.set('2026-11-02T15:59')
  await report()
  expect(await breachesOf(ticket.id)).toEqual([])
  app.clock.set('2026-11-02T16:01')
  await Promise.all([report(), report(), app.write(agent, ticket.id, 'Sorry for the delay')])
  await report()
  const breaches = await breachesOf(ticket.id)
  expect(breaches).toMatchObject([{ goal: 'first_response', dueAt: '2026-11-02T15:00:00Z', priority: 'high' }])
  expect((await app.read(agent, ticket.id)).sla.firstResponse.breachedAt).toBe('2026-11-02T15:01:00Z')
})

test('a late reply publishes the missed goal itself', async () => {
  const { body: ticket } = await app.open(customerOf(), { priority: 'high' })
  app.clock.set('2026-11-02T16:01')
  await app.write(agent, ticket.id, 'Sorry for the delay')
  expect(await breachesOf(ticket.id)).toMatchObject([{ goal: 'first_response' }])
  await report()
  expect(await breachesOf(ticket.id)).toHaveLength(1)
})

test('the clock stops while the ticket waits for the customer, and on holidays', async () => {
  const ada = customerOf()
  const { body: ticket } = await app.open(ada, { priority: 'high' })
  app.clock.set('2026-11-02T13:00')
  await app.write(agent, ticket.id, 'Which tin?')
  expect((await app.read(agent, ticket.id)).sla.resolution).toEqual({})
  app.clock.set('2026-11-30T09:00')
  await report()
  expect(await breachesOf(ticket.id)).toEqual([])
  await app.write(ada, ticket.id, 'The large one')
  // one of sixteen hours is used, so the last seven hours are those of the next day
  expect((await app.read(agent, ticket.id)).sla.resolution).toEqual({ dueAt: '2026-12-01T15:00:00Z' })
  const { body: other } = await app.open(customerOf(), { priority: 'low' })
  await app.put(other.id, 'priority', { priority: 'urgent' })
  expect((await app.read(agent, other.id)).sla.firstResponse).toEqual({ dueAt: '2026-11-30T09:00:00Z' })
})

test('a resolved ticket is reopened by its customer until it is closed, once', async () => {
  const ada = customerOf()
  const { body: ticket } = await app.open(ada)
  await app.put(ticket.id, 'status', { status: 'resolved' })
  app.clock.set('2026-11-05T12:00')
  expect((await app.write(ada, ticket.id, 'It is broken again')).status).toBe(201)
  expect(await app.read(ada, ticket.id)).toMatchObject({ status: 'open' })
  expect((await app.read(agent, ticket.id)).sla.resolution.dueAt).toBeDefined()
  await app.put(ticket.id, 'status', { status: 'resolved' })
  app.clock.set('2026-11-12T12:00')
  // the task has not run yet
  const late = await app.write(ada, ticket.id, 'And again')
  expect([late.status, late.body.code]).toEqual([409, 'support.ticket_closed'])
  await Promise.all([app.service.runTask('close-resolved', {}), app.service.runTask('close-resolved', {})])
  expect(await app.read(ada, ticket.id)).toMatchObject({ status: 'closed' })
  const closings = (await app.publishedOf(ticketUpdated.type, ticket.id)).filter(({ status }) => status === 'closed')
  expect(closings).toHaveLength(1)
  const reopen = await app.put(ticket.id, 'status', { status: 'open' })
  expect([reopen.status, reopen.body.code]).toEqual([409, 'support.move_not_allowed'])
  // for a stranger it is not closed, but unknown
  expect((await app.write(customerOf(), ticket.id, 'Hello')).status).toBe(404)
})

test('a ticket whose customer stays silent is resolved after that time, once', async () => {
  const ada = customerOf()
  app.clock.set('2026-11-02T12:00')
  const { body: ticket } = await app.open(ada)
  await app.write(agent, ticket.id, 'Which colour is it?')
  app.clock.set('2026-12-02T11:00')
  await app.service.runTask('close-resolved', {})
  expect(await app.read(ada, ticket.id)).toMatchObject({ status: 'pending' })
  app.clock.set('2026-12-02T13:00')
  await Promise.all([app.service.runTask('close-resolved', {}), app.service.runTask('close-resolved', {})])
  expect(await app.read(ada, ticket.id)).toMatchObject({ status: 'resolved' })
  const moves = (await app.publishedOf(ticketUpdated.type, ticket.id)).filter(({ status }) => status === 'resolved')
  expect(moves.length).toBeLessThanOrEqual(1)
})

test('a closed ticket is deleted after its retention, with its messages', async () => {
  const ada = customerOf()
  const { body: ticket } = await app.open(ada)
  await app.put(ticket.id, 'status', { status: 'resolved' })
  await app.put(ticket.id, 'status', { status: 'closed' })
  app.clock.set('2026-12-02T11:00')
  await app.service.runTask('remove-old', {})
  expect((await app.read(ada, ticket.id)).id).toBe(ticket.id)
  app.clock.set('2026-12-02T13:00')
  await app.service.runTask('remove-old', {})
  expect((await app.service.request('GET', `${path}/${ticket.id}`, { as: ada })).status).toBe(404)
  const left = await app.service.database.read.sql`select 1 from ticket_messages where ticket_id = ${ticket.id}`
  expect(left).toEqual([])
})

test('the tickets of an erased account are gone; an erased member of staff is no longer named', async () => {
  const [ada, grace] = [customerOf(), customerOf()]
  const { body: ticket } = await app.open(ada)
  const { body: kept } = await app.open(grace)
  await app.write(agent, kept.id, 'Good day!')
  await app.put(kept.id, 'assignee', { assigneeId: agent.subject })
  await app.service.receive(userDeleted, ada.subject, { userId: ada.subject })
  await app.service.receive(userDeleted, agent.subject, { userId: agent.subject })
  const other = { subject: ada.subject.replace(/^./, '0'), roles: ['staff'] }
  await eventually(async () => {
    const { status } = await app.service.request('GET', `${path}/${ticket.id}`, { as: other })
    const { assigneeId } = await app.read(other, kept.id)
    expect([status, assigneeId]).toEqual([404, undefined])
  })
  const { body } = await app.service.request('GET', `${path}/${kept.id}/messages`, { as: other })
  expect(body.items[1]).toMatchObject({ author: 'staff', text: 'Good day!' })
  expect(body.items[1].authorId).toBeUndefined()
})
