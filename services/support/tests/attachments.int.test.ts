import { userDeleted } from '@stoa/contracts/user/events'
import { ticketUpdated } from '@stoa/contracts/support/events'
import type { TicketAttachment } from '@stoa/contracts/support/resources'
import { newId } from '@stoa/kernel'
import { asCaller } from '@stoa/local'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agent, customerOf, path, startSupport, type Account, type SupportApp } from './support-app.ts'

let app: SupportApp
beforeAll(async () => {
  app = await startSupport({ TICKET_ATTACHMENTS_PER_DAY: '22', TICKETS_PER_DAY: '100' })
})
afterAll(() => app.service.stop())

const pdf = Buffer.from('%PDF-1.7 a receipt')

interface File {
  readonly bytes?: Buffer
  readonly type?: string
  readonly fileName?: string
  readonly key?: string | undefined
}

async function attach(as: Account, ticketId: string, file: File = {}) {
  const { bytes = pdf, type = 'application/pdf', fileName = 'receipt.pdf', key = newId() } = file
  const query = `fileName=${encodeURIComponent(fileName)}`
  const response = await fetch(`${app.service.url}${path}/${ticketId}/attachments?${query}`, {
    method: 'POST',
    headers: { authorization: asCaller(as), 'content-type': type, 'idempotency-key': key },
    body: new Uint8Array(bytes),
  })
  const body = (await response.json()) as TicketAttachment & { readonly code?: string }
  return { status: response.status, headers: response.headers, body }
}

const download = (as: Account, at: string) => fetch(app.service.url + at, { headers: { authorization: asCaller(as) } })

const listed = (as: Account, ticketId: string) => app.service.request('GET', `${path}/${ticketId}/attachments`, { as })

async function stateOf(blobId: string): Promise<string | undefined> {
  const rows = await app.service.database.read.sql<{ state: string }>`
    select state from public.blobs where id = ${blobId}`
  return rows[0]?.state
}

async function opened(as: Account): Promise<string> {
  return (await app.open(as)).body.id
}

test('a customer attaches a file, which staff download unchanged and never open in the page', async () => {
  const ada = customerOf()
  const id = await opened(ada)
  const added = await attach(ada, id, { fileName: 'Rechnung März.pdf' })
  expect([added.status, added.body]).toMatchObject([
    201,
    { ticketId: id, author: 'customer', fileName: 'Rechnung März.pdf', mediaType: 'application/pdf', sizeBytes: 18 },
  ])
  expect((await listed(ada, id)).body).toEqual({ customerId: ada.subject, items: [added.body] })
  for (const reader of [ada, agent]) {
    const read = await download(reader, added.body.path)
    expect(Buffer.from(await read.arrayBuffer()).equals(pdf)).toBe(true)
    expect(Object.fromEntries(read.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="Rechnung M_rz.pdf"; filename*=UTF-8''Rechnung%20M%C3%A4rz.pdf`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, no-cache',
    })
  }
})

test('an image is sent as an attachment too, and text keeps no extension that runs', async () => {
  const ada = customerOf()
  const id = await opened(ada)
  const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(20)])
  const image = await attach(ada, id, { bytes: png, type: 'image/png', fileName: 'parcel.png' })
  const disposition = (await download(agent, image.body.path)).headers.get('content-disposition')
  expect(disposition).toBe('attachment; filename="parcel.png"')
  const text = await attach(ada, id, { bytes: Buffer.from('<b>'), type: 'text/plain', fileName: '../order.html' })
  expect(text.body.fileName).toBe('.._order.html.txt')
})

test('refuses what is not of its type, of another type, too large, or without a name or a key', async () => {
  const ada = customerOf()
  const id = await opened(ada)
  const refused = async (file: File) => {
    const { status, body } = await attach(ada, id, file)
    return [status, body.code]
  }
  expect(await refused({ bytes: Buffer.from('<html>') })).toEqual([422, 'request.content_mismatch'])
  expect(await refused({ type: 'image/svg+xml' })).toEqual([415, 'request.media_type_unsupported'])
  expect(await refused({ bytes: Buffer.concat([pdf, Buffer.alloc(10 * 1_048_576)]) })).toEqual([
    413,
    'request.too_large',
  ])
  expect((await refused({ fileName: '' }))[0]).toBe(422)
  expect((await refused({ fileName: 'a\u202Egpj.pdf' }))[0]).toBe(422)
  expect((await refused({ key: '' }))[0]).toBe(400)
  expect((await listed(ada, id)).body.items).toEqual([])
})

test('files of a ticket do not exist for other customers, and only staff remove them', async () => {
  const [ada, eve] = [customerOf(), customerOf()]
  const [id, other] = [await opened(ada), await opened(eve)]
  const { body: file } = await attach(ada, id)
  expect((await attach(eve, id)).status).toBe(404)
  expect((await listed(eve, id)).status).toBe(404)
  expect((await download(eve, file.path)).status).toBe(404)
  const at = `${path}/${id}/attachments/${file.id}`
  expect((await app.service.request('GET', at, { as: eve })).status).toBe(404)
  expect((await app.service.request('GET', at, { as: ada })).body).toEqual(file)
  // below a ticket of their own
  expect((await download(eve, `${path}/${other}/attachments/${file.id}/content`)).status).toBe(404)
  const { headers } = await app.service.request('GET', at, { as: agent })
  const remove = async (as: Account, etag = headers.get('etag') ?? '') =>
    (await app.service.request('DELETE', at, { as, headers: { 'if-match': etag } })).status
  expect([await remove(ada), await remove(agent, '"9"'), await remove(agent)]).toEqual([403, 412, 204])
  expect(await remove(agent)).toBe(404)
  expect([(await download(ada, file.path)).status, await stateOf(file.id)]).toEqual([404, 'dropped'])
})

test('a file of the customer makes the ticket wait for staff; one of staff changes nothing and names no author', async () => {
  const ada = customerOf()
  const id = await opened(ada)
  await app.write(agent, id, 'Please send a picture.')
  const byStaff = await attach(agent, id)
  expect([byStaff.body.author, byStaff.body.authorId]).toEqual(['staff', agent.subject])
  expect((await listed(ada, id)).body.items[0].authorId).toBeUndefined()
  expect((await app.read(ada, id)).status).toBe('pending')
  await Promise.all([attach(ada, id), attach(ada, id)])
  expect((await app.read(ada, id)).status).toBe('open')
  const changes = (await app.publishedOf(ticketUpdated.type, id)).map(({ change }) => change)
  expect(changes).toEqual(['staff_replied', 'status_changed'])
  await app.put(id, 'status', { status: 'resolved' })
  await app.put(id, 'status', { status: 'closed' })
  expect((await attach(ada, id)).body.code).toBe('support.ticket_closed')
})

test('a repeat with the same key attaches no second file', async () => {
  const ada = customerOf()
  const id = await opened(ada)
  const key = newId()
  const both = await Promise.all([attach(ada, id, { key }), attach(ada, id, { key })])
  expect(new Set(both.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
  expect((await attach(ada, id, { key, fileName: 'other.pdf' })).body.code).toBe('idempotency.key_reused')
  expect((await listed(ada, id)).body.items).toHaveLength(1)
})

test('a ticket has at most 20 files, and an account attaches a limited number within a day', async () => {
  const ada = customerOf()
  const [id, another] = [await opened(ada), await opened(ada)]
  for (let count = 0; count < 19; count += 1) expect((await attach(ada, id)).status).toBe(201)
  const last = await Promise.all([attach(ada, id), attach(agent, id)])
  expect(last.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([201, 409])
  expect((await attach(ada, id)).body.code).toBe('support.attachments_full')
  const more = await Promise.all([1, 2, 3, 4, 5].map(() => attach(ada, another)))
  const refused = more.filter(({ status }) => status === 429)
  const byCustomer = (await listed(ada, id)).body.items.filter(
    ({ author }: { author: string }) => author === 'customer',
  )
  expect(refused.length).toBe(5 - (22 - byCustomer.length))
  expect([refused[0]?.body.code, refused[0]?.headers.get('retry-after')]).toEqual([
    'support.too_many_attachments',
    '86400',
  ])
  // staff are not limited
  expect((await attach(agent, another)).status).toBe(201)
})

test('files are exported with their ticket, and dropped with the account; those of staff lose their author', async () => {
  const ada = customerOf()
  const member = { subject: newId(), roles: ['staff'] }
  const id = await opened(ada)
  const { body: own } = await attach(ada, id, { fileName: 'passport.pdf' })
  const { body: byStaff } = await attach(member, id, { fileName: 'label.pdf' })
  const { body } = await app.service.request('GET', `/personal-data/${ada.subject}`, { as: ada })
  expect(body.tickets[0].attachments).toMatchObject([{ fileName: 'passport.pdf' }, { fileName: 'label.pdf' }])
  expect(JSON.stringify(body)).not.toContain(member.subject)
  const kept = await app.service.database.read.sql<{ text: string }>`
    select i::text as text from public.idempotency_records i where subject = ${ada.subject}`
  expect(JSON.stringify(kept)).not.toContain('passport')

  await app.service.receive(userDeleted, member.subject, { userId: member.subject })
  await eventually(async () => {
    const [, label] = (await listed(agent, id)).body.items
    expect([label.id, label.authorId]).toEqual([byStaff.id, undefined])
  })
  await app.service.receive(userDeleted, ada.subject, { userId: ada.subject })
  const { sql } = app.service.database.read
  await eventually(async () => {
    expect(await sql`select 1 from ticket_attachments where customer_id = ${ada.subject}`).toEqual([])
    expect(await sql`select 1 from tickets where customer_id = ${ada.subject}`).toEqual([])
    expect([await stateOf(own.id), await stateOf(byStaff.id)]).toEqual(['dropped', 'dropped'])
  })
})

test('files are dropped with a ticket that has outlived its retention', async () => {
  const ada = customerOf()
  const id = await opened(ada)
  const { body: file } = await attach(ada, id)
  for (const status of ['resolved', 'closed']) await app.put(id, 'status', { status })
  await app.service.runTask('remove-old', {})
  expect(await stateOf(file.id)).toBe('kept')
  app.clock.set('2028-11-10T12:00')
  await app.service.runTask('remove-old', {})
  app.clock.set('2026-11-02T12:00')
  expect([await stateOf(file.id), (await download(agent, file.path)).status]).toEqual(['dropped', 404])
})
