import { newId } from '@stoa/kernel'
import { asCaller, connectSocket, eventually, type TestSocket } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agent, customerOf, startSupport, type Account, type SupportApp } from './support-app.ts'

let app: SupportApp
const chats = '/api/v1/chat/conversations'

beforeAll(async () => {
  app = await startSupport()
})

afterAll(() => app?.service.stop())

const request = (method: string, path: string, as: Account, body?: object) =>
  app.service.request(method, path, { as, key: newId(), ...(body === undefined ? {} : { body }) })

const open = async (customer: Account): Promise<string> => (await request('POST', chats, customer)).body.id

const connect = (conversationId: string, as: Account, after = 0) =>
  connectSocket(`${app.service.url}/api/v1/chat?conversationId=${conversationId}&after=${after}`, {
    headers: { authorization: asCaller(as) },
  })

const texts = (socket: TestSocket) => socket.of('message').map(({ text }) => text)
const say = (socket: TestSocket, text: string, clientMessageId = newId()) =>
  socket.send('say', { clientMessageId, text })
const until = (check: () => void) => eventually(async () => check())

test('a customer has one open conversation, which others do not find', async () => {
  const [ada, bob] = [customerOf(), customerOf()]
  const id = await open(ada)
  expect(await open(ada)).toBe(id)
  expect((await request('GET', `${chats}/${id}`, ada)).body).toMatchObject({ id, status: 'open', lastSequence: 0 })
  expect((await request('GET', `${chats}/${id}`, bob)).status).toBe(404)
  expect((await request('GET', `${chats}/${id}/messages`, bob)).status).toBe(404)
  expect((await request('POST', chats, { subject: newId(), roles: ['guest'] })).status).toBe(403)
  await expect(connect(id, bob)).rejects.toMatchObject({ status: 404, code: 'support.conversation_not_found' })
})

test('messages reach both sides in order, are acknowledged once stored, and are listed', async () => {
  const ada = customerOf()
  const id = await open(ada)
  const [customer, staff] = await Promise.all([connect(id, ada), connect(id, agent)])
  say(customer, 'hello')
  await until(() => expect(texts(staff)).toEqual(['hello']))
  say(staff, 'good day')
  await until(() => expect(texts(customer)).toEqual(['hello', 'good day']))
  expect(customer.of('stored')).toEqual([{ clientMessageId: expect.any(String), sequence: 1 }])
  expect(customer.of('message')[1]).not.toHaveProperty('authorId')
  expect(staff.of('message')[1]).toMatchObject({ authorId: agent.subject, sequence: 2 })
  const { body } = await request('GET', `${chats}/${id}/messages?after=1&limit=1`, ada)
  expect(body.items.map(({ text }: { text: string }) => text)).toEqual(['good day'])
  expect(body).not.toHaveProperty('next')
  for (const socket of [customer, staff]) socket.close()
})

test('a message that is sent again is stored once, and a client continues after the last one it has seen', async () => {
  const ada = customerOf()
  const id = await open(ada)
  const first = await connect(id, ada)
  const repeated = newId()
  for (const clientMessageId of [repeated, repeated, newId()]) say(first, 'again', clientMessageId)
  await until(() => expect(first.of('stored').map(({ sequence }) => sequence)).toEqual([1, 1, 2]))
  say(first, 'another text', repeated)
  await until(() => expect(first.of('error')).toMatchObject([{ code: 'support.message_id_reused', status: 409 }]))
  first.close()
  const second = await connect(id, ada, 1)
  await until(() => expect(second.of('message').map(({ sequence }) => sequence)).toEqual([2]))
  say(second, 'third')
  await until(() => expect(second.of('message').map(({ sequence }) => sequence)).toEqual([2, 3]))
  second.close()
})

test('each side sees whether the other one is there and types', async () => {
  const ada = customerOf()
  const id = await open(ada)
  const customer = await connect(id, ada)
  await until(() => expect(customer.of('presence').at(-1)).toEqual({ customer: true, staff: false }))
  const staff = await connect(id, agent)
  await until(() => expect(customer.of('presence').at(-1)).toEqual({ customer: true, staff: true }))
  await eventually(async () => {
    staff.send('typing', {})
    expect(customer.of('typing')[0]).toEqual({ author: 'staff' })
  })
  expect(staff.of('typing')).toEqual([])
  staff.close()
  await until(() => expect(customer.of('presence').at(-1)).toEqual({ customer: true, staff: false }))
  customer.close()
})

test('staff assign a conversation and hand it over to a ticket, which closes it', async () => {
  const ada = customerOf()
  const id = await open(ada)
  const socket = await connect(id, ada)
  const assigned = await request('PUT', `${chats}/${id}/assignee`, agent, { assigneeId: agent.subject })
  expect(assigned.body.assigneeId).toBe(agent.subject)
  expect((await request('GET', `${chats}?assigneeId=${agent.subject}&status=open`, agent)).body.items).toMatchObject([
    { id },
  ])
  const given = { subject: 'One tin is missing', text: 'We look for the third tin.' }
  expect((await request('POST', `${chats}/${id}/ticket`, ada, given)).status).toBe(403)
  const handed = await request('POST', `${chats}/${id}/ticket`, agent, given)
  expect([handed.status, handed.body.status]).toEqual([201, 'closed'])
  const { ticketId } = handed.body
  expect((await app.read(ada, ticketId)).subject).toBe(given.subject)
  expect(await app.publishedOf('ticket.created', ticketId)).toHaveLength(1)
  await until(() => expect(socket.of('conversation').at(-1)).toMatchObject({ status: 'closed', ticketId }))
  expect(socket.of('conversation').at(-1)).not.toHaveProperty('assigneeId')
  say(socket, 'wait')
  await until(() => expect(socket.of('error')).toMatchObject([{ code: 'support.conversation_closed' }]))
  expect(await open(ada)).not.toBe(id)
  socket.close()
})

test('an export contains the conversations of a customer, and an erasure deletes them', async () => {
  const ada = customerOf()
  const id = await open(ada)
  const socket = await connect(id, ada)
  say(socket, 'my secret')
  await until(() => expect(socket.of('stored')).toHaveLength(1))
  const exported = await app.service.request('GET', `/personal-data/${ada.subject}`, { as: ada })
  expect(exported.body.chat).toMatchObject([{ text: 'my secret', sequence: 1 }])
  const { erasePerson } = await import('../src/store/retention.ts')
  await app.service.database.transaction((tx) => erasePerson(tx, ada.subject))
  const rows = await app.service.database.read.sql`select 1 from chat_messages where conversation_id = ${id}`
  expect(rows).toEqual([])
  socket.close()
})

test('refuses invalid messages one by one, and closes a socket that sends too many', async () => {
  const ada = customerOf()
  const socket = await connect(await open(ada), ada)
  socket.sendText('no JSON')
  socket.send('say', { text: '' })
  await until(() =>
    expect(socket.of('error').map(({ code }) => code)).toEqual(['request.malformed', 'request.invalid']),
  )
  for (let count = 0; count < 30; count++) socket.send('shout', {})
  expect(await socket.closed).toMatchObject({ code: 1008 })
})

test('a request that is no handshake is told what the path serves', async () => {
  const ada = customerOf()
  const id = await open(ada)
  const answer = await request('GET', `/api/v1/chat?conversationId=${id}`, ada)
  expect([answer.status, answer.body.code]).toEqual([426, 'request.upgrade_required'])
  expect((await request('GET', '/api/v1/chat?conversationId=1', ada)).status).toBe(422)
})
