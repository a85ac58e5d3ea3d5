import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installedChromium, launchBrowser } from '../browser.ts'
import { seriousFindings } from '../console/axe.ts'
import { ask, eventually, newAccount, newCustomer, password, place, signIn } from './shop.ts'
import { system } from './system.ts'

/** Signs in on the page that an app leads to. */
async function signInOn(page: Page, email: string, secret = password): Promise<void> {
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function downloaded(page: Page, name: RegExp): Promise<{ fileName: string; content: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
  return { fileName: download.suggestedFilename(), content: await readFile(await download.path()) }
}

describe.runIf(installedChromium !== undefined)('the pages to which messages lead', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  async function visit(path: string): Promise<Page> {
    const page = await (await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' })).newPage()
    page.setDefaultTimeout(120_000)
    await page.goto(system.gatewayUrl + path)
    return page
  }

  test('a customer signs in at the address of a message, and downloads the invoice; another account does not see it', async () => {
    let email = ''
    const customer = await newCustomer('tok_visa', async (own) => void (email = own))
    const { body: order } = await place(customer)
    const invoice = await eventually(async () => {
      const { body } = await ask('GET', `/api/v1/invoices?orderId=${order.id}`, { as: customer.token })
      expect(body.items).toHaveLength(1)
      return body.items[0]
    })
    const path = `/account/invoices/${invoice.id}`
    const page = await visit(path)
    await signInOn(page, email)
    await page.getByRole('heading', { name: `Invoice ${invoice.number}` }).waitFor()
    expect(new URL(page.url()).pathname).toBe(path)
    const pdf = await downloaded(page, /^Download PDF/)
    expect([pdf.fileName, pdf.content.subarray(0, 5).toString()]).toEqual([`${invoice.number}.pdf`, '%PDF-'])
    expect(await seriousFindings(page)).toEqual([])
    // the address of the API opens nothing in a browser, signed in or not
    const opened = await page.request.get(`${system.gatewayUrl}/api/v1/invoices/${invoice.id}/pdf`)
    expect(opened.status()).toBe(401)
    await page.getByRole('link', { name: 'All invoices' }).click()
    await page.getByRole('row').filter({ hasText: order.number }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign out?' }).waitFor()
    await page.context().close()

    const other = await visit(path)
    await signInOn(other, await newAccount())
    await other.getByText('This account has no such invoice.').waitFor()
    await other.context().close()
  })

  test('staff sign in at the address of a message, and download the files of the report', async () => {
    const as = await signIn('staff@stoa.example')
    const run = { as: await signIn('admin@stoa.example'), key: randomUUID(), headers: { prefer: 'wait=30' } }
    expect((await ask('POST', '/api/v1/pipelines/star-schema/runs', run)).status).toBe(202)
    const made = await ask('POST', '/api/v1/reports/generate', {
      as,
      body: { template: 'price-lists', from: '2026-01-01', to: '2036-01-01', formats: ['csv', 'pdf'] },
      headers: { prefer: 'wait=30' },
    })
    const report = await eventually(async () => {
      const { body } = await ask('GET', `/api/v1/reports/${made.body.id}`, { as })
      expect(body.state).not.toBe('queued')
      return body
    })
    expect(report).toMatchObject({ state: 'completed' })
    const page = await visit(`/console/reports/${report.id}`)
    await signInOn(page, 'staff@stoa.example', 'stoa-demo-only')
    await page.getByRole('heading', { name: report.title }).waitFor()
    const csv = await downloaded(page, /as CSV$/)
    const direct = await fetch(`${system.gatewayUrl}/api/v1/reports/${report.id}/csv`, {
      headers: { authorization: `Bearer ${as}` },
    })
    expect(csv.content.toString()).toBe(await direct.text())
    expect(direct.headers.get('content-disposition')).toContain(csv.fileName)
    expect((await downloaded(page, /as PDF$/)).content.subarray(0, 5).toString()).toBe('%PDF-')
    await page.getByRole('link', { name: 'Reports' }).click()
    await page.getByRole('link', { name: report.title }).first().waitFor()
    await page.context().close()
  })
})
