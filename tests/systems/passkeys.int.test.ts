import { ada, demonstrationPassword } from '@stoa/system/seed/accounts'
import { freePort } from '@stoa/supervisor/free-port'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installedChromium, launchBrowser } from '../browser.ts'
import { seriousFindings } from '../console/axe.ts'
import { openIdClient, type OpenIdClient } from '../journeys/open-id-client.ts'
import { bringUp, type WholeSystem } from '../whole-system.ts'

interface Answer {
  readonly status: number
  readonly body: any
}

/** What a page does with the options of a new passkey. */
const makingPasskey = (options: object) => `(async () => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(${JSON.stringify(options)})
  const { id, response } = (await navigator.credentials.create({ publicKey })).toJSON()
  const { clientDataJSON, attestationObject, transports } = response
  return { id, response: { clientDataJSON, attestationObject, transports } }
})()`

// browsers make passkeys for domains, and not for IP addresses
describe.runIf(installedChromium !== undefined)('passkeys, in a browser', () => {
  let system: WholeSystem
  let issuer: string
  let browser: Browser
  let page: Page
  let device: CDPSession
  let client: OpenIdClient

  beforeAll(async () => {
    const port = await freePort()
    issuer = `http://localhost:${port}`
    system = await bringUp({
      name: 'passkeys',
      system: 'documents',
      settings: () => ({ AUTH_ISSUER: issuer, GATEWAY_PORT: String(port) }),
    })
    client = await openIdClient(issuer)
    browser = await launchBrowser()
    page = await (await browser.newContext()).newPage()
    page.setDefaultTimeout(120_000)
    device = await page.context().newCDPSession(page)
    await device.send('WebAuthn.enable')
    await device.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
  })
  afterAll(async () => {
    await browser?.close()
    await system?.stop()
  })

  const ask = async (method: string, path: string, as: string, body?: object): Promise<Answer> => {
    const answer = await fetch(issuer + path, {
      method,
      headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
  }

  /** Begins a sign-in at the page of auth, for which the password or a passkey is still to be shown. */
  async function openSignIn() {
    await page.context().clearCookies()
    const begun = await client.authorize()
    await page.goto(begun.url)
    await page.getByLabel('E-mail address').waitFor()
    return begun
  }
  const withPasskey = () => page.getByRole('button', { name: 'Sign in with a passkey' }).click()

  test('an account adds a passkey, signs in with it alone, and no longer when it is removed', async () => {
    const first = await openSignIn()
    const problems: string[] = []
    page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
    await page.getByLabel('E-mail address').fill(ada.email)
    await page.getByLabel('Password').fill(demonstrationPassword)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL(/\/signed-in\?code=/)
    const { access_token: as } = await first.finish(page.url())
    const passkeys = `/api/v1/users/${ada.id}/passkeys`
    const { body: options } = await ask('POST', `${passkeys}/options`, as, { password: demonstrationPassword })
    const credential = await page.evaluate(makingPasskey(options))
    const added = await ask('POST', passkeys, as, { name: 'Laptop', credential })
    expect([added.status, added.body]).toMatchObject([201, { name: 'Laptop' }])

    const second = await openSignIn()
    await withPasskey()
    await page.waitForURL(/\/signed-in\?code=/)
    const tokens = await second.finish(page.url())
    expect(tokens.claims()).toMatchObject({ sub: ada.id, amr: ['pop', 'mfa'] })
    const { body: listed } = await ask('GET', passkeys, tokens.access_token)
    expect(listed.items).toMatchObject([{ name: 'Laptop', lastUsedAt: expect.any(String) }])

    expect((await ask('DELETE', `${passkeys}/${listed.items[0].id}`, tokens.access_token)).status).toBe(204)
    await openSignIn()
    await withPasskey()
    await page.getByRole('alert').getByText('The passkey was not accepted.').waitFor()
    expect(problems.filter((text) => text.includes('Content Security Policy'))).toEqual([])
  })

  test('a person who turns away is told so, and can use the password', async () => {
    await openSignIn()
    await page.evaluate("navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError'))")
    await withPasskey()
    await page.getByRole('alert').getByText('You were not signed in with a passkey.').waitFor()
    await page.getByLabel('E-mail address').fill(ada.email)
    await page.getByLabel('Password').fill(demonstrationPassword)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL(/\/signed-in\?code=/)
  })

  test('the account page lists passkeys, adds one with the password, renames and removes it', async () => {
    await page.context().clearCookies()
    await page.goto(`${issuer}/account/passkeys`)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByLabel('E-mail address').fill(ada.email)
    await page.getByLabel('Password').fill(demonstrationPassword)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('You have no passkeys yet.').waitFor()
    const add = async (password: string) => {
      await page.getByLabel('Name').fill('Laptop')
      await page.getByLabel('Your password').fill(password)
      await page.getByRole('button', { name: 'Add a passkey' }).click()
    }
    await add('not the password')
    await page.getByRole('alert').getByText('The password is wrong.').waitFor()
    await add(demonstrationPassword)
    await page.getByRole('row').filter({ hasText: 'Laptop' }).getByText('Never').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    page.on('dialog', (dialog) => void dialog.accept(dialog.type() === 'prompt' ? 'Old laptop' : undefined))
    await page.getByRole('button', { name: 'Rename: Laptop' }).click()
    await page.getByRole('button', { name: 'Remove: Old laptop' }).click()
    await page.getByText('You have no passkeys yet.').waitFor()
  })
})
