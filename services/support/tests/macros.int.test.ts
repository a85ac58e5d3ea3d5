import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agent, customerOf, namelessCustomer, startSupport, type SupportApp } from './support-app.ts'

let app: SupportApp
beforeAll(async () => {
  app = await startSupport()
})
afterAll(() => app.service.stop())

const at = '/api/v1/macros'
const macro = {
  name: 'Missing goods',
  locale: 'en',
  text: 'Dear {{customerName}}, about {{orderNumber}}: {{ answer }}',
}
const create = (more = {}) => app.service.request('POST', at, { as: agent, body: { ...macro, ...more } })
const render = (id: string, ticketId: string, variables?: object) =>
  app.service.request('POST', `${at}/${id}/render`, {
    as: agent,
    body: { ticketId, ...(variables === undefined ? {} : { variables }) },
  })

test('a macro is filled in from its ticket and the request', async () => {
  const ada = customerOf()
  const orderId = app.orderOf(ada)
  const { body: ticket } = await app.open(ada, { orderId })
  const { status, body } = await create()
  expect(status).toBe(201)
  const filled = await render(body.id, ticket.id, { answer: 'it is {{on}} its way' })
  expect([filled.status, filled.body]).toEqual([
    200,
    { text: `Dear Ada, about ${ticket.orderNumber}: it is {{on}} its way` },
  ])
  const missing = await render(body.id, ticket.id)
  expect([missing.status, missing.body.code, missing.body.errors]).toMatchObject([
    422,
    'support.variable_missing',
    [{ pointer: '/variables/answer' }],
  ])
  expect((await render(body.id, newId(), {})).body.code).toBe('support.ticket_not_found')
})

test('what the ticket lacks is a variable without a value, which the request can give', async () => {
  const { body: ticket } = await app.open(namelessCustomer)
  const { body } = await create({ text: '{{customerName}}' })
  expect((await render(body.id, ticket.id)).body.code).toBe('support.variable_missing')
  expect((await render(body.id, ticket.id, { customerName: 'customer' })).body).toEqual({ text: 'customer' })
})

test('a macro with a placeholder that is not a variable is refused', async () => {
  const { status, body } = await create({ text: 'Dear {{customer name}}' })
  expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'support.macro_invalid', '/text'])
})

test('macros are listed by language, changed at their version, and deleted; customers cannot see them', async () => {
  const { body } = await create({ locale: 'de' })
  const one = `${at}/${body.id}`
  const listed = await app.service.request('GET', `${at}?locale=de`, { as: agent })
  expect(listed.body.items.map(({ id }: { id: string }) => id)).toEqual([body.id])
  expect((await app.service.request('GET', one, { as: customerOf() })).status).toBe(403)
  const etag = (await app.service.request('GET', one, { as: agent })).headers.get('etag') ?? ''
  const put = () =>
    app.service.request('PUT', one, { as: agent, body: { ...macro, name: 'Other' }, headers: { 'if-match': etag } })
  const changed = await put()
  expect([changed.status, changed.body.name]).toEqual([200, 'Other'])
  expect((await put()).status).toBe(412)
  const remove = (match: string) => app.service.request('DELETE', one, { as: agent, headers: { 'if-match': match } })
  expect((await remove(etag)).status).toBe(412)
  expect((await remove('*')).status).toBe(204)
  expect((await app.service.request('GET', one, { as: agent })).body.code).toBe('support.macro_not_found')
})
