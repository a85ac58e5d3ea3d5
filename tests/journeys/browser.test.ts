import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { installedChromium, launchBrowser } from '../browser.ts'
import { ownAccount, withSecondFactor } from './second-factor.ts'
import { ask, newAccount, password } from './shop.ts'
import { openIdClient, startDevice, type OpenIdClient } from './open-id-client.ts'
import { system } from './system.ts'

async function signIn(page: Page, email: string, secret = password): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const authenticate = (email: string, otp?: string) =>
  ask('POST', '/api/v1/users/authenticate', { body: { email, password, ...(otp === undefined ? {} : { otp }) } })

describe.runIf(installedChromium !== undefined)('in a browser', () => {
  let browser: Browser
  let context: BrowserContext
  let client: OpenIdClient
  beforeAll(async () => {
    browser = await launchBrowser()
    client = await openIdClient(system.gatewayUrl)
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    context = await browser.newContext()
  })
  afterEach(() => context.close())

  test('signs in to the shop: a wrong password, then the right one, then tokens that open the API', async () => {
    const email = await newAccount()
    const page = await context.newPage()
    const { url, finish } = await client.authorize()
    await page.goto(url)
    await signIn(page, email, 'not the password')
    await page.getByRole('alert').getByText('The e-mail address or the password is wrong.').waitFor()
    await signIn(page, email)
    await page.waitForURL(/\/signed-in\?code=/)
    const tokens = await finish(page.url())
    expect(tokens.claims()).toMatchObject({ email, aud: 'stoa-shop' })
    expect((await ask('GET', '/api/v1/orders', { as: tokens.access_token })).status).toBe(200)
    // the browser is known now
    const again = await client.authorize()
    await page.goto(again.url)
    await page.waitForURL(/\/signed-in\?code=/)
  })

  test('signs in with a second factor: a password, a wrong code, then the code of the app', async () => {
    const email = await newAccount()
    const { app, recoveryCodes } = await withSecondFactor(email)
    expect(await authenticate(email)).toMatchObject({ status: 401, body: { code: 'user.otp_required' } })
    const page = await context.newPage()
    const { url, finish } = await client.authorize()
    await page.goto(url)
    await signIn(page, email)
    const code = page.getByLabel('The code that your authenticator app shows')
    await code.fill('000000')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('alert').getByText('The code is wrong or was used.').waitFor()
    const otp = app(1)
    await code.fill(otp)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.waitForURL(/\/signed-in\?code=/)
    const tokens = await finish(page.url())
    expect(tokens.claims()).toMatchObject({ email, amr: ['pwd', 'otp', 'mfa'] })
    expect(await authenticate(email, otp)).toMatchObject({ status: 401, body: { code: 'user.otp_wrong' } })
    const recovered = await authenticate(email, recoveryCodes[0])
    expect(recovered.status).toBe(200)
    const { id } = ownAccount(recovered.body.accessToken)
    const inbox = () => ask('GET', `/api/v1/users/${id}/notifications`, { as: recovered.body.accessToken })
    await expect
      .poll(async () => (await inbox()).body.items.map(({ kind }: { kind: string }) => kind))
      .toContain('user.mfa_enabled')
  })

  test('connects a device with a second factor', async () => {
    const email = await newAccount()
    const { recoveryCodes } = await withSecondFactor(email)
    const device = await startDevice(system.gatewayUrl)
    const page = await context.newPage()
    await page.goto(`${system.gatewayUrl}/oauth2/device`)
    await page.getByLabel('The code that your device shows').fill(device.userCode)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Yes, continue' }).click()
    await signIn(page, email)
    await page.getByLabel('The code that your authenticator app shows').fill(recoveryCodes[0] ?? '')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await page.getByText('Your device is connected').waitFor()
    const { access_token: as } = await device.tokens()
    expect((await ask('GET', '/api/v1/orders', { as })).status).toBe(200)
  })

  test('connects a device, with the consent of its owner', async () => {
    const email = await newAccount()
    const device = await startDevice(system.gatewayUrl)
    const page = await context.newPage()
    await page.goto(`${system.gatewayUrl}/oauth2/device`)
    await page.getByLabel('The code that your device shows').fill(device.userCode)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText(device.userCode).waitFor()
    await page.getByRole('button', { name: 'Yes, continue' }).click()
    await signIn(page, email)
    await page.getByText('full access to your account').waitFor()
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await page.getByText('Your device is connected').waitFor()
    const { access_token: as } = await device.tokens()
    expect((await ask('GET', '/api/v1/orders', { as })).status).toBe(200)
  })

  test('lets no device in whose owner says no', async () => {
    const email = await newAccount()
    const device = await startDevice(system.gatewayUrl)
    const page = await context.newPage()
    await page.goto(`${system.gatewayUrl}/oauth2/device`)
    await page.getByLabel('The code that your device shows').fill(device.userCode)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Yes, continue' }).click()
    await signIn(page, email)
    await page.getByRole('button', { name: 'Don’t allow' }).click()
    await expect(device.tokens()).rejects.toMatchObject({ error: 'access_denied' })
  })

  test('signs out, and asks for the password again', async () => {
    const email = await newAccount()
    const page = await context.newPage()
    const { url, finish } = await client.authorize()
    await page.goto(url)
    await signIn(page, email)
    await page.waitForURL(/\/signed-in\?code=/)
    const tokens = await finish(page.url())
    await page.goto(client.signOutUrl(tokens.id_token ?? ''))
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${system.gatewayUrl}/?state=done`)
    await expect(client.refresh(tokens.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })
    await page.goto((await client.authorize()).url)
    await page.getByLabel('Password').waitFor()
  })

  test('shows the API reference from the gateway alone, and sends a request from it', async () => {
    const page = await context.newPage()
    const complaints: string[] = []
    page.setDefaultTimeout(90_000)
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('request', (request) => {
      if (!/^(data:|blob:)/.test(request.url()) && !request.url().startsWith(system.gatewayUrl)) {
        complaints.push(`asks ${request.url()}`)
      }
    })
    await page.goto(`${system.gatewayUrl}/docs`)
    await page.getByRole('link', { name: 'inventory' }).click()
    await page.locator('[id$="listProducts"]').click()
    await page.getByRole('button', { name: 'Execute' }).click()
    await page.locator('.live-responses-table .response-col_status').getByText('200').waitFor()
    expect(complaints).toEqual([])
  })
})
