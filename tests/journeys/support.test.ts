import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { system } from './system.ts'
import { ask, attachText, eventually, newCustomer, place, signIn } from './shop.ts'

let staff: string
beforeAll(async () => {
  staff = await signIn('staff@stoa.example')
})

test('a customer asks about an order, gets the answer as a message, replies, and the ticket is resolved and rated', async () => {
  const [customer, stranger] = [await newCustomer(), await newCustomer()]
  const { body: order } = await place(customer)
  const asked = { subject: 'One tin is missing', body: 'There were two of three.', orderId: order.id }
  const open = (as: string, key = randomUUID()) => ask('POST', '/api/v1/tickets', { as, key, body: asked })
  const key = randomUUID()
  const { status, body: ticket } = await open(customer.token, key)
  expect([status, ticket]).toMatchObject([201, { status: 'open', orderNumber: order.number }])
  expect((await open(customer.token, key)).body.id).toBe(ticket.id)
  expect((await open(stranger.token)).body.code).toBe('support.order_unknown')

  const at = `/api/v1/tickets/${ticket.id}`
  expect((await ask('GET', at, { as: stranger.token })).status).toBe(404)
  const listed = await ask('GET', `/api/v1/tickets?customerId=${customer.id}`, { as: staff })
  expect(listed.body.items.map(({ id }: { id: string }) => id)).toEqual([ticket.id])
  const write = (as: string, text: string, more = {}) =>
    ask('POST', `${at}/messages`, { as, key: randomUUID(), body: { text, ...more } })
  expect((await write(staff, 'The warehouse has one tin too many.', { internal: true })).status).toBe(201)
  expect((await write(staff, 'The third tin follows tomorrow.')).status).toBe(201)

  const inboxOf = async (kind: string) =>
    eventually(async () => {
      const { body } = await ask('GET', `/api/v1/users/${customer.id}/notifications?kind=${kind}`, {
        as: customer.token,
      })
      expect(body.items).toHaveLength(1)
      return body.items[0]
    })
  const message = await inboxOf('ticket.updated')
  expect(message.subject).toBe(`Reply to your request ${ticket.number}`)
  expect(message.body).toContain('The third tin follows tomorrow.')

  expect((await write(customer.token, 'It has arrived.')).status).toBe(201)
  const attached = await attachText(ticket.id, customer.token, 'parcel.txt')
  const { path } = (await attached.json()) as { readonly path: string }
  const file = await fetch(system.gatewayUrl + path, { headers: { authorization: `Bearer ${staff}` } })
  expect([attached.status, await file.text()]).toEqual([201, 'the content of parcel.txt'])
  expect(file.headers.get('content-disposition')).toBe('attachment; filename="parcel.txt"')
  expect((await ask('GET', path, { as: stranger.token })).status).toBe(404)
  const { body: macros } = await ask('GET', '/api/v1/macros?locale=en', { as: staff })
  const rendered = await ask('POST', `/api/v1/macros/${macros.items[0].id}/render`, {
    as: staff,
    body: { ticketId: ticket.id },
  })
  expect(rendered.body.text).toContain('One tin is missing')
  const thread = await ask('GET', `${at}/messages`, { as: customer.token })
  expect(thread.body.items.map(({ text }: { text: string }) => text)).toEqual([
    'There were two of three.',
    'The third tin follows tomorrow.',
    'It has arrived.',
  ])
  const resolved = await ask('PUT', `${at}/status`, { as: staff, body: { status: 'resolved' } })
  expect([resolved.status, resolved.body.status]).toEqual([200, 'resolved'])
  expect(resolved.body.sla.resolution.metAt).toBeDefined()
  await inboxOf('ticket.resolved')
  const rated = await ask('POST', `${at}/rating`, { as: customer.token, body: { score: 5 } })
  expect([rated.status, rated.body.rating.score]).toEqual([201, 5])
})

test('anyone finds and reads the published articles, in their language; customers say whether one was helpful', async () => {
  const customer = await newCustomer()
  const find = async (query: string) => (await ask('GET', `/api/v1/articles?${query}`)).body.items
  const [german] = await find('q=zur%C3%BCcksenden&locale=de-AT&topic=return')
  expect(german).toMatchObject({ key: 'return-goods', title: 'Waren zurücksenden' })
  const word = `w${randomUUID().replaceAll('-', '')}`
  const article = { key: word, locale: 'en', topic: 'other', title: `About ${word}`, body: 'Nothing yet.' }
  const created = await ask('POST', '/api/v1/articles', { as: staff, body: article })
  const at = `/api/v1/articles/${created.body.id}`
  expect([created.status, (await ask('GET', at)).status, await find(`q=${word}&locale=en`)]).toEqual([201, 404, []])
  expect((await ask('POST', `${at}/publish`, { as: staff, body: {} })).body.status).toBe('published')
  expect((await ask('GET', at)).body).toMatchObject({ title: article.title, version: 1 })
  expect(await find(`q=${word}&locale=en`)).toMatchObject([{ id: created.body.id }])
  const vote = await ask('PUT', `${at}/feedback/${customer.id}`, { as: customer.token, body: { helpful: true } })
  expect([vote.status, (await ask('GET', at, { as: staff })).body.votes]).toEqual([200, { helpful: 1, notHelpful: 0 }])
})
