import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { processesOf } from '../../cli/tests/stoa-process.ts'
import { installedChromium } from '../browser.ts'
import { followChat } from '../chat/follow-chat.ts'
import { at, visitConsole } from './console-browser.ts'
import { ask, eventually, newCustomer, signIn } from './shop.ts'
import { system } from './system.ts'

async function openTicket(as: string, subject: string): Promise<{ id: string; number: string }> {
  const body = { subject, body: 'The parcel had two tins of three.', topic: 'delivery' }
  return (await ask('POST', '/api/v1/tickets', { as, body, key: randomUUID() })).body
}

/** The operations in the audit trail, which has them a second after they have happened. */
async function auditedOperations(filter = ''): Promise<string[]> {
  const as = await signIn('admin@stoa.example')
  const { body } = await ask('GET', `/api/v1/audit?service=support&limit=50${filter}`, { as })
  return body.items.map(({ operation }: { operation: string }) => operation)
}

describe.runIf(installedChromium !== undefined)('support in the console', () => {
  const visit = visitConsole()

  test('staff take a ticket, reply from a canned reply, note something for themselves, and resolve it', async () => {
    const { page, signInAs, isAccessible } = visit
    const customer = await newCustomer()
    const subject = `One tin is missing ${randomUUID().slice(0, 8)}`
    const ticket = await openTicket(customer.token, subject)
    await signInAs('staff@stoa.example')
    await page.goto(at('/tickets'))
    await page.getByLabel('Topic').selectOption('delivery')
    expect(new URL(page.url()).search).toBe('?topic=delivery')
    await isAccessible()
    await page.getByRole('link', { name: ticket.number }).click()
    await page.getByText('The parcel had two tins of three.').waitFor()

    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Take the ticket' }).click()
    await dialog.getByText(`${ticket.number} is assigned to you.`).waitFor()
    await dialog.getByRole('button', { name: 'Take the ticket' }).click()
    await page.getByRole('button', { name: 'Release the ticket' }).waitFor()

    await page.getByRole('checkbox', { name: 'Internal note' }).check()
    await page.getByRole('textbox', { name: 'Internal note' }).fill('The warehouse was out of tins on Monday.')
    await page.getByRole('button', { name: 'Add the note' }).click()
    await page.getByRole('listitem').filter({ hasText: 'The warehouse was out of tins' }).waitFor()
    await page.getByRole('checkbox', { name: 'Internal note' }).uncheck()

    await page.getByRole('button', { name: 'Send the reply' }).click()
    await page.getByText('Write a text').waitFor()
    const reply = page.getByRole('textbox', { name: 'Reply' })
    await page.getByLabel('Canned reply').selectOption({ index: 1 })
    await eventually(async () => expect(await reply.inputValue()).not.toBe(''))
    const filled = await reply.inputValue()
    expect(filled).not.toContain('{{')
    await reply.fill(`${filled} The third tin is on its way.`)
    await isAccessible()
    await page.getByRole('button', { name: 'Send the reply' }).click()
    await page.getByRole('listitem').filter({ hasText: 'The third tin is on its way.' }).waitFor()
    expect(await reply.inputValue()).toBe('')

    const { body } = await ask('GET', `/api/v1/tickets/${ticket.id}/messages`, { as: customer.token })
    const texts = body.items.map(({ text }: { text: string }) => text)
    expect(texts).toEqual(['The parcel had two tins of three.', `${filled} The third tin is on its way.`])

    await page.getByRole('button', { name: 'Resolve the ticket' }).click()
    await dialog.getByRole('button', { name: 'Resolve the ticket' }).click()
    await page.getByRole('heading', { name: `${ticket.number}: ${subject} Resolved` }).waitFor()
    const operations = ['support.setAssignee', 'support.setStatus']
    await eventually(async () => expect(await auditedOperations()).toEqual(expect.arrayContaining(operations)))
    expect(visit.complaints).toEqual([])
  })

  test('staff and a customer chat, and nothing is lost or doubled when every socket breaks', async () => {
    const { page, signInAs, isAccessible } = visit
    const customer = await newCustomer()
    const { body: conversation } = await ask('POST', '/api/v1/chat/conversations', { as: customer.token })
    const client = await followChat(system.gatewayUrl, customer.token, conversation.id)
    await client.say('Where is my parcel?')

    await signInAs('staff@stoa.example')
    await page.goto(at('/chats?status=open'))
    await page.getByTitle(customer.id).click()
    const log = page.getByRole('log', { name: 'Messages' })
    await log.getByText('Where is my parcel?').waitFor()
    await page.getByText('The customer is here').waitFor()
    const message = page.getByLabel('Message', { exact: true })
    await message.fill('One moment.')
    await message.press('Enter')
    await log.getByText('One moment.').waitFor()
    await eventually(() => expect(client.texts).toEqual(['Where is my parcel?', 'One moment.']))
    await isAccessible()

    const rows = (await processesOf(system.home)).filter(({ service }) => service === 'support')
    for (const { pid } of rows) if (pid !== null) process.kill(pid, 'SIGKILL')
    await page.getByText('Not connected.').waitFor()
    await message.fill('It is in Linz, and arrives tomorrow.')
    await message.press('Enter')
    await log.getByText('sending').waitFor()
    void client.say('Are you still there?')
    await log.getByText('sending').waitFor({ state: 'hidden' })
    await eventually(() => expect(client.texts).toHaveLength(4))
    expect(client.seen).toEqual([1, 2, 3, 4])
    await log.getByText('Are you still there?').waitFor()
    const shown = await log.getByRole('listitem').locator('p').allTextContents()
    expect(shown).toEqual(client.texts)
    expect(shown.toSorted()).toEqual(
      ['Are you still there?', 'It is in Linz, and arrives tomorrow.', 'One moment.', 'Where is my parcel?'].toSorted(),
    )

    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Make a ticket' }).click()
    await dialog.getByLabel('Subject').fill('A parcel that is late')
    await dialog.getByLabel('Text').fill('The carrier brings it tomorrow.')
    await isAccessible()
    await dialog.getByRole('button', { name: 'Make a ticket' }).click()
    await page.getByText('The conversation is closed: it takes no more messages.').waitFor()
    client.close()
    await page.getByRole('complementary', { name: 'The conversation' }).getByRole('link').click()
    await page.getByRole('heading', { name: /A parcel that is late/ }).waitFor()
    expect(visit.complaints).toEqual([])
  })

  test('a ticket that is not there says so, and a list that cannot be read is read again', async () => {
    const { page, signInAs } = visit
    await signInAs('staff@stoa.example')
    await page.goto(at(`/tickets/01920000-0000-7000-8000-00000000dead`))
    await page.getByRole('alert').getByText('No such ticket').waitFor()
    await page.goto(at(`/chats/01920000-0000-7000-8000-00000000dead`))
    await page.getByRole('alert').getByText('No such conversation').waitFor()
    await page.route('**/api/v1/tickets?*', (route) => route.fulfill({ status: 400, json: { title: 'Not now' } }))
    await page.goto(at('/tickets'))
    await page.getByText('Not now').waitFor()
    await page.unroute('**/api/v1/tickets?*')
    await page.getByRole('button', { name: 'Retry' }).click()
    await page.getByRole('row').nth(1).waitFor()
  })

  test('what staff have done to a ticket is found in the audit trail by its id', async () => {
    const { page, signInAs, isAccessible } = visit
    const { id } = await openTicket((await newCustomer()).token, 'A tin is dented')
    const as = await signIn('staff@stoa.example')
    const priorities: string[] = []
    const changePriority = async (priority: string) => {
      await ask('PUT', `/api/v1/tickets/${id}/priority`, { as, body: { priority }, key: randomUUID() })
      priorities.push('support.setPriority')
      await eventually(async () => expect(await auditedOperations(`&target=${id}`)).toEqual(priorities))
    }
    await changePriority('urgent')
    await signInAs('admin@stoa.example')
    await page.goto(at('/audit'))
    await page.getByLabel('Target').fill(id)
    await page.getByLabel('Target').press('Enter')
    await page.getByRole('link', { name: 'support.setPriority' }).click()
    const entry = page.getByRole('region', { name: 'The action' })
    await entry.getByText(/^number \d+ of support/).waitFor()
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
      target: id,
      entry: expect.stringMatching(/^support:\d+$/),
    })
    await isAccessible()
    // what the page shows is in its address
    await page.reload()
    await entry.getByRole('link', { name: id }).waitFor()
    await page.getByLabel('Outcome').selectOption('refused')
    await page.getByText('No audited action matches').waitFor()
    await page.getByRole('link', { name: 'Clear the filters' }).click()
    await page.getByRole('row').nth(1).waitFor()
    await page.getByLabel('Service').selectOption('support')
    const changed = page.getByRole('link', { name: 'support.setPriority' })
    await changed.first().waitFor()
    // reading is audited too: the page does it only when someone asks
    const count = await changed.count()
    await changePriority('low')
    expect(await changed.count()).toBe(count)
    await page.getByRole('button', { name: 'Read again' }).click()
    await changed.nth(count).waitFor()
    expect(visit.complaints).toEqual([])
  })
})
