import { describe, expect, test } from 'vitest'
import { installedChromium } from '../browser.ts'
import { seriousFindings } from '../console/axe.ts'
import { screens } from '../console/screens.ts'
import { at, visitConsole } from './console-browser.ts'
import { ask, newAccount, newCustomer, password, place } from './shop.ts'
import { parkKeyOf } from './park-key.ts'
import { system } from './system.ts'

describe.runIf(installedChromium !== undefined)('the console in a browser', () => {
  const visit = visitConsole()
  const { complaints, signInAs } = visit

  test('an order that is placed outside appears; its trace is one click away, its events and its saga two', async () => {
    const { page } = visit
    await signInAs('admin@stoa.example')
    await page.goto(at('/orders'))
    const { body: order } = await place(await newCustomer())
    await page.getByRole('link', { name: order.number }).click()
    await page.getByRole('heading', { name: `Order ${order.number}` }).waitFor()
    await page.getByText('order-fulfilment').first().waitFor()

    await page.getByRole('link', { name: 'Events', exact: true }).last().click()
    await page.getByRole('link', { name: 'order.created' }).waitFor()
    await page.getByRole('link', { name: 'Sagas', exact: true }).last().click()
    await page.getByText('process_payment').waitFor()
    // what a page shows is in its address
    await page.reload()
    await page.getByText('process_payment').waitFor()

    await page.getByRole('link', { name: 'Trace', exact: true }).click()
    await page
      .getByRole('button', { name: /payment/ })
      .first()
      .waitFor()
    expect(page.url()).toMatch(/\/traces\/[0-9a-f]{32}/)
    expect(complaints).toEqual([])
  })

  test('shows the compensation of an order whose payment was declined', async () => {
    const { page } = visit
    const { body: order } = await place(await newCustomer('tok_declined'))
    expect(order.status).toBe('rejected')
    await signInAs('admin@stoa.example')
    await page.goto(at(`/sagas/order-fulfilment:${order.id}`))
    await page.getByText('Compensated').waitFor()
    await page
      .getByText(/compensation/)
      .first()
      .waitFor()
  })

  test('shows nothing to a customer, and says why', async () => {
    const { page } = visit
    const email = await newAccount()
    await signInAs(email, password)
    await page.getByRole('heading', { name: 'You cannot use the console' }).waitFor()
    await page.getByText(/permission ops or order:read:any/).waitFor()
    expect(await page.getByRole('link').count()).toBe(0)
    // the server refuses too
    const status = await page.evaluate(
      `fetch('/api/v1/ops/order/sagas', { headers: { 'stoa-app': 'console' } }).then(({ status }) => status)`,
    )
    expect(status).toBe(403)
  })

  test('shows staff the orders, but not what requires ops', async () => {
    const { page } = visit
    const { body: order } = await place(await newCustomer())
    await signInAs('staff@stoa.example')
    await page.goto(at(`/orders/${order.id}`))
    await page.getByText('Traces, events and sagas require the permission ops.').waitFor()
    expect(await page.getByRole('link', { name: 'Sagas' }).count()).toBe(0)
    await page.goto(at('/sagas'))
    await page
      .getByText(/lacks the permission ops|permission/)
      .first()
      .waitFor()
  })

  test('uses the session only for requests of its own pages, and ends it', async () => {
    const { page } = visit
    await signInAs('admin@stoa.example')
    const [cookie] = (await page.context().cookies()).filter(({ name }) => name.startsWith('stoa-session'))
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' })
    const header = { cookie: `${cookie?.name}=${cookie?.value}` }
    const orders = (headers: Record<string, string>) =>
      ask('GET', '/api/v1/orders', { headers: { ...header, ...headers } })
    expect((await orders({})).status).toBe(401)
    expect((await orders({ 'stoa-app': 'console' })).status).toBe(200)
    const fromElsewhere = { 'stoa-app': 'console', 'sec-fetch-site': 'cross-site', origin: 'https://elsewhere.example' }
    expect(await orders(fromElsewhere)).toMatchObject({ status: 403, body: { code: 'request.cross_site' } })

    await page.getByRole('button', { name: /^Account/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign out?' }).waitFor()
    expect((await orders({ 'stoa-app': 'console' })).status).toBe(401)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
  })

  test('goes to a page and to an order by Ctrl-K, without a mouse', async () => {
    const { page } = visit
    const { body: order } = await place(await newCustomer())
    await signInAs('admin@stoa.example')
    await page.keyboard.press('Control+k')
    await page.getByLabel(/Page, or the id/).fill('saga')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Sagas', level: 1 }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByLabel(/Page, or the id/).fill(order.id)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: `Order ${order.number}` }).waitFor()
  })

  test('a dead letter is on the overview, and is retried after the dialog has said what that does', async () => {
    const { page } = visit
    const { body: order } = await place(await newCustomer())
    await parkKeyOf(order.id)
    await signInAs('admin@stoa.example')
    await page.getByRole('link', { name: /could not be handled/ }).click()
    const row = page.getByRole('row').filter({ has: page.getByTitle(order.id) })
    await row.getByRole('button', { name: 'Retry the key of order.confirmed' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(`notification handles order.confirmed of the key ${order.id} again.`).waitFor()
    // that the goods were shipped may have arrived meanwhile
    await dialog.getByText(/(No other event waits|more of the list wait) behind it/).waitFor()
    await dialog.getByRole('button', { name: 'Retry the key' }).click()
    // notification has handled the event before, so that nothing is left to do
    await row.waitFor({ state: 'hidden' })
  })

  test('a page that cannot be loaded says so, and the others can be reached', async () => {
    const { page } = visit
    await signInAs('admin@stoa.example')
    await page.route('**/assets/Sagas-*.js', (route) => route.abort())
    const pages = page.getByRole('navigation', { name: 'Pages' })
    await pages.getByRole('link', { name: 'Sagas' }).click()
    await page.getByRole('alert').getByRole('button', { name: 'Retry' }).waitFor()
    await pages.getByRole('link', { name: 'Orders' }).click()
    await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor()
  })

  test('has no serious finding of axe on any screen, in both themes', async () => {
    const { page } = visit
    const { body: order } = await place(await newCustomer())
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const found: Record<string, string[]> = {}
    const examine = async (name: string) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
        found[`${name}, ${colorScheme}`] = await seriousFindings(page)
      }
    }
    await page.goto(at('/'))
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    await examine('sign-in')
    await signInAs('admin@stoa.example')
    for (const { name, show } of screens) {
      await show(page, { gatewayUrl: system.gatewayUrl, orderId: order.id })
      await examine(name)
    }
    expect(Object.entries(found).filter(([, lines]) => lines.length > 0)).toEqual([])
  })
})
