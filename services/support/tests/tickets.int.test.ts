import { ticketCreated, ticketResolved, ticketUpdated } from '@stoa/contracts/support/events'
import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agent, customerOf, path, startSupport, type SupportApp } from './support-app.ts'

let app: SupportApp
beforeAll(async () => {
  app = await startSupport({ TICKETS_PER_DAY: '3', TICKET_MESSAGES_PER_DAY: '8' })
})
afterAll(() => app.service.stop())

const messagesOf = async (as: { subject: string; roles: string[] }, ticketId: string) =>
  (await app.service.request('GET', `${path}/${ticketId}/messages`, { as })).body.items
const textsOf = async (as: { subject: string; roles: string[] }, ticketId: string) =>
  (await messagesOf(as, ticketId)).map(({ text }: { text: string }) => text)

test('a ticket goes from the customer to staff and back until it is resolved', async () => {
  const ada = customerOf()
  const orderId = app.orderOf(ada)
  const { status, body: ticket } = await app.open(ada, { orderId, topic: 'delivery' })
  expect([status, ticket]).toMatchObject([201, { status: 'open', orderId, orderNumber: `S-${orderId.slice(-6)}` }])
  expect(ticket.number).toMatch(/^T-1\d{5}$/)
  expect(await app.publishedOf(ticketCreated.type, ticket.id)).toMatchObject([{ orderId, topic: 'delivery' }])

  const reply = await app.write(agent, ticket.id, 'It is on its way.')
  expect([reply.status, reply.body]).toMatchObject([201, { author: 'staff', authorId: agent.subject, internal: false }])
  expect(await app.read(ada, ticket.id)).toMatchObject({ status: 'pending' })
  await app.write(ada, ticket.id, 'It has arrived.')
  expect(await app.read(ada, ticket.id)).toMatchObject({ status: 'open' })
  const resolved = await app.put(ticket.id, 'status', { status: 'resolved' })
  expect([resolved.status, resolved.body.status]).toEqual([200, 'resolved'])

  expect(await textsOf(ada, ticket.id)).toEqual(['Two of three.', 'It is on its way.', 'It has arrived.'])
  const changes = await app.publishedOf(ticketUpdated.type, ticket.id)
  expect(changes.map(({ change }) => change)).toEqual(['staff_replied', 'customer_replied', 'status_changed'])
  expect(changes[0]).toMatchObject({ messageId: reply.body.id, customerId: ada.subject })
  expect(JSON.stringify(changes)).not.toContain('on its way')
  expect(await app.publishedOf(ticketResolved.type, ticket.id)).toHaveLength(1)
})

test('one key opens one ticket with one message', async () => {
  const ada = customerOf()
  const key = newId()
  const answers = await Promise.all([app.open(ada, {}, key), app.open(ada, {}, key), app.open(ada, {}, key)])
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
  const id = answers[0].body.id
  expect(await textsOf(ada, id)).toHaveLength(1)
  expect(await app.publishedOf(ticketCreated.type, id)).toHaveLength(1)
})

test('an order that is unknown or of someone else is refused; without order nothing is written', async () => {
  const ada = customerOf()
  for (const orderId of [newId(), app.orderOf(customerOf())]) {
    const { status, body } = await app.open(ada, { orderId })
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'support.order_unknown', '/orderId'])
  }
  const orderId = app.orderOf(ada)
  const key = newId()
  app.order.isUnavailable = true
  expect((await app.open(ada, { orderId }, key)).status).toBe(503)
  expect((await app.service.request('GET', path, { as: ada })).body.items).toEqual([])
  app.order.isUnavailable = false
  expect((await app.open(ada, { orderId }, key)).status).toBe(201)
})

test('customers see and change their own tickets only; staff see all of them, by filter', async () => {
  const [ada, eve] = [customerOf(), customerOf()]
  const { body: ticket } = await app.open(ada)
  const asEve = { as: eve, key: newId() }
  for (const [method, at, body] of [
    ['GET', ''],
    ['GET', '/messages'],
    ['POST', '/messages', { text: 'Hello' }],
    ['POST', '/rating', { score: 1 }],
  ] as const) {
    const answer = await app.service.request(method, `${path}/${ticket.id}${at}`, { ...asEve, body })
    expect([at, answer.status]).toEqual([at, 404])
  }
  const [message] = await messagesOf(ada, ticket.id)
  const ofAda = `${path}/${ticket.id}/messages/${message.id}`
  expect((await app.service.request('GET', ofAda, { as: eve })).status).toBe(404)
  for (const what of ['status', 'priority', 'assignee'])
    expect((await app.put(ticket.id, what, { status: 'closed' }, ada)).status).toBe(403)

  const listed = async (as: typeof ada, query: string) =>
    (await app.service.request('GET', `${path}?${query}`, { as })).body.items.map(({ id }: { id: string }) => id)
  expect(await listed(ada, '')).toEqual([ticket.id])
  expect(await listed(eve, '')).toEqual([])
  expect(await listed(eve, `customerId=${ada.subject}`)).toEqual([])
  expect(await listed(agent, `customerId=${ada.subject}&status=open&priority=normal`)).toEqual([ticket.id])
  expect(await listed(agent, `customerId=${ada.subject}&priority=urgent`)).toEqual([])
  await app.put(ticket.id, 'assignee', { assigneeId: agent.subject })
  expect(await listed(agent, `assigneeId=${agent.subject}&customerId=${ada.subject}`)).toEqual([ticket.id])
})

test('notes, authors, assignee and service level are for staff', async () => {
  const ada = customerOf()
  const { body: ticket } = await app.open(ada)
  const note = await app.write(agent, ticket.id, 'She is a regular.', { internal: true })
  await app.write(agent, ticket.id, 'Good day!')
  await app.put(ticket.id, 'assignee', { assigneeId: agent.subject })
  expect(await textsOf(agent, ticket.id)).toEqual(['Two of three.', 'She is a regular.', 'Good day!'])
  const seen = await messagesOf(ada, ticket.id)
  expect(seen.map(({ text }: { text: string }) => text)).toEqual(['Two of three.', 'Good day!'])
  expect(seen[1].authorId).toBeUndefined()
  const noteAt = `${path}/${ticket.id}/messages/${note.body.id}`
  expect((await app.service.request('GET', noteAt, { as: ada })).status).toBe(404)
  expect((await app.service.request('GET', noteAt, { as: agent })).status).toBe(200)
  const rpc = await app.service.call('GetReply', { ticketId: ticket.id, messageId: note.body.id })
  expect(rpc.body.code).toBe('not_found')
  const own = await app.read(ada, ticket.id)
  expect([own.assigneeId, own.sla]).toEqual([undefined, undefined])
  expect(await app.read(agent, ticket.id)).toMatchObject({ assigneeId: agent.subject, sla: { firstResponse: {} } })
  const byCustomer = await app.write(ada, ticket.id, 'Psst', { internal: true })
  expect([byCustomer.status, byCustomer.body.code]).toEqual([403, 'support.internal_for_staff'])
  // a note is no reply
  expect((await app.publishedOf(ticketUpdated.type, ticket.id)).map(({ messageId }) => messageId)).not.toContain(
    note.body.id,
  )
  const { body } = await app.service.request('GET', `/personal-data/${ada.subject}`, { as: ada })
  expect(body.tickets[0].messages).toHaveLength(2)
  expect(JSON.stringify(body)).not.toContain('regular')
})

test('messages of many writers at once are all counted', async () => {
  const { body: ticket } = await app.open(customerOf())
  const writers = Array.from({ length: 8 }, () => ({ subject: newId(), roles: ['staff'] }))
  await Promise.all(writers.map((writer) => app.write(writer, ticket.id, 'A note', { internal: true })))
  const [row] = await app.service.database.read.sql`
    select message_count, version from tickets where id = ${ticket.id}`
  expect(row).toEqual({ message_count: 8, version: 9 })
})

test('only accounts of customer service can be assigned', async () => {
  const { body: ticket } = await app.open(customerOf())
  const wrong = await app.put(ticket.id, 'assignee', { assigneeId: newId() })
  expect([wrong.status, wrong.body.code]).toEqual([422, 'support.assignee_unknown'])
  expect((await app.put(ticket.id, 'assignee', { assigneeId: agent.subject })).body.assigneeId).toBe(agent.subject)
  expect((await app.put(ticket.id, 'assignee', {})).body.assigneeId).toBeUndefined()
})

test('a change of a version that is no longer current is refused', async () => {
  const { body: ticket } = await app.open(customerOf())
  const at = `${path}/${ticket.id}`
  const { headers } = await app.service.request('GET', at, { as: agent })
  const claim = () =>
    app.service.request('PUT', `${at}/assignee`, {
      as: agent,
      body: { assigneeId: agent.subject },
      headers: { 'if-match': headers.get('etag') ?? '' },
    })
  expect((await claim()).status).toBe(200)
  expect((await claim()).status).toBe(412)
})

test('an account opens a limited number of tickets and sends a limited number of messages within a day', async () => {
  const ada = customerOf()
  const opened = await Promise.all([1, 2, 3, 4, 5].map(() => app.open(ada)))
  expect(opened.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([201, 201, 201, 429, 429])
  const refused = opened.find(({ status }) => status === 429)
  expect([refused.body.code, refused.headers.get('retry-after')]).toEqual(['support.too_many_tickets', '86400'])
  const { id } = opened.find(({ status }) => status === 201).body
  // the tickets are messages too
  const written = await Promise.all([1, 2, 3, 4, 5, 6].map((count) => app.write(ada, id, `Message ${count}`)))
  expect(written.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([
    201, 201, 201, 201, 201, 429,
  ])
  app.clock.set('2026-11-03T12:01')
  expect((await app.open(ada)).status).toBe(201)
  expect((await app.write(ada, id, 'The next day')).status).toBe(201)
  app.clock.set('2026-11-02T12:00')
})

test('a resolved ticket is rated once, by its customer', async () => {
  const ada = customerOf()
  const { body: ticket } = await app.open(ada)
  const rate = (as = ada, score = 4) =>
    app.service.request('POST', `${path}/${ticket.id}/rating`, { as, body: { score, comment: 'Quick' } })
  const early = await rate()
  expect([early.status, early.body.code]).toEqual([409, 'support.not_resolved'])
  await app.put(ticket.id, 'status', { status: 'resolved' })
  expect((await rate(agent)).status).toBe(403)
  expect((await rate(ada, 6)).status).toBe(422)
  const both = await Promise.all([rate(), rate()])
  expect(both.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([201, 409])
  expect(await app.read(ada, ticket.id)).toMatchObject({ rating: { score: 4, comment: 'Quick' } })
  const rated = (await app.publishedOf(ticketUpdated.type, ticket.id)).filter(({ change }) => change === 'rated')
  expect(rated).toMatchObject([{ score: 4 }])
})
