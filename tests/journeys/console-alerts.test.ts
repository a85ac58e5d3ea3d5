import { describe, expect, test } from 'vitest'
import { installedChromium } from '../browser.ts'
import { at, visitConsole } from './console-browser.ts'
import { parkKeyOf } from './park-key.ts'
import { ask, eventually, newCustomer, place, signIn } from './shop.ts'

/** Lets notification handle its dead letters, so that their alert resolves. */
async function retryLetters(as: string): Promise<void> {
  const { body } = await ask('GET', '/api/v1/ops/notification/dead-letters?state=dead', { as })
  for (const { id } of body.items) await ask('POST', `/api/v1/ops/notification/dead-letters/${id}/retry`, { as })
}

async function auditedOperations(as: string): Promise<string[]> {
  const { body } = await ask('GET', '/api/v1/audit?service=monitoring&limit=20', { as })
  return body.items.map(({ operation }: { operation: string }) => operation)
}

describe.runIf(installedChromium !== undefined)('alerts in the console', () => {
  const visit = visitConsole()

  test('an alert is on the overview, is acknowledged and silenced, and resolves', { timeout: 900_000 }, async () => {
    const { page, signInAs, isAccessible } = visit
    const { body: order } = await place(await newCustomer())
    await parkKeyOf(order.id)
    await signInAs('admin@stoa.example')

    // the condition has to hold for a minute
    const problem = page.getByRole('listitem').filter({ hasText: 'events failed on every attempt' })
    await problem.getByRole('link', { name: 'DeadLetters' }).click({ timeout: 400_000 })
    await page.getByRole('heading', { name: 'DeadLetters Firing' }).waitFor()
    await page.getByText('by no one yet').waitFor()
    await isAccessible()

    await page.getByRole('link', { name: 'Runbook' }).click()
    await page.getByRole('heading', { name: 'Dead letters' }).waitFor()
    expect(page.url()).toBe(at('/runbooks/alerts#dead-letters'))
    await page.goBack()

    await page.getByRole('button', { name: 'Acknowledge DeadLetters' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/The acknowledgement cannot be withdrawn/).waitFor()
    await dialog.getByLabel('Comment').fill('I retry them at noon.')
    await isAccessible()
    await dialog.getByRole('button', { name: 'Acknowledge the alert' }).click()
    await page.getByText('I retry them at noon.').waitFor()
    await page.getByText('by you').waitFor()
    await page.getByRole('button', { name: 'Acknowledge DeadLetters' }).waitFor({ state: 'hidden' })

    await page.getByRole('button', { name: 'Silence DeadLetters' }).click()
    await dialog.getByRole('button', { name: 'Silence alerts' }).click()
    await dialog.getByText('Reason is required').waitFor()
    await dialog.getByLabel('Alerts').selectOption('Every DeadLetters of notification')
    await dialog.getByLabel('Reason').fill('The mail server is replaced.')
    await dialog.getByRole('button', { name: 'Silence alerts' }).click()
    await page.getByRole('heading', { name: 'DeadLetters Firing Silenced' }).waitFor()

    await page.goto(at('/alerts/silences'))
    const silence = page.getByRole('row').filter({ hasText: 'The mail server is replaced.' })
    await silence.getByText('alertname="DeadLetters", job="notification"').waitFor()
    await isAccessible()
    await silence.getByRole('button', { name: /^End the silence/ }).click()
    await dialog.getByRole('button', { name: 'End the silence' }).click()
    await silence.waitFor({ state: 'hidden' })

    const as = await signIn('admin@stoa.example')
    const operations = ['acknowledgeAlert', 'createSilence', 'endSilence'].map((name) => `monitoring.${name}`)
    await eventually(async () => expect(await auditedOperations(as)).toEqual(expect.arrayContaining(operations)))
    await retryLetters(as)
    await page.goto(at('/alerts'))
    await page.getByLabel('State').selectOption('resolved')
    // others may have resolved before
    const resolved = page.getByRole('row').filter({ hasText: 'notification: events failed on every attempt' }).first()
    await resolved.getByText('Resolved').waitFor({ timeout: 400_000 })
    // what the page shows is in its address
    expect(page.url()).toBe(at('/alerts?state=resolved'))
    await page.reload()
    await resolved.getByText('Resolved').waitFor()
    await page.getByLabel('Severity').selectOption('page')
    await resolved.waitFor({ state: 'hidden' })
    expect(new URL(page.url()).search).toBe('?state=resolved&severity=page')
    await isAccessible()
    expect(visit.complaints).toEqual([])
  })

  test('an account that may only read alerts has no actions', async () => {
    const { page, signInAs } = visit
    await page.route('**/console/session', async (route) => {
      const response = await route.fetch()
      if (!response.ok()) return route.fulfill({ response })
      const session = await response.json()
      const permissions = session.permissions.filter((name: string) => name !== 'alert:manage')
      await route.fulfill({ response, json: { ...session, permissions } })
    })
    const alert = {
      id: '01920000-0000-7000-8000-0000000000a1',
      state: 'firing',
      name: 'InstanceDown',
      severity: 'page',
      labels: { alertname: 'InstanceDown', job: 'search' },
      summary: 'search: the instance does not respond',
      activeAt: '2026-11-30T10:00:00Z',
    }
    await page.route('**/api/v1/alerts?*', (route) => route.fulfill({ json: { items: [alert] } }))
    await signInAs('admin@stoa.example')
    await page.goto(at('/alerts'))
    await page.getByRole('link', { name: 'InstanceDown' }).waitFor()
    expect(await page.getByRole('button', { name: /Acknowledge|Silence/ }).count()).toBe(0)

    await page.unroute('**/console/session')
    await page.reload()
    await page.getByRole('button', { name: /^Acknowledge/ }).waitFor()
  })

  test('says that alerts could not be read, and reads them again', async () => {
    const { page, signInAs } = visit
    await signInAs('admin@stoa.example')
    await page.route('**/api/v1/alerts?*', (route) => route.fulfill({ status: 400, json: { title: 'Not now' } }))
    await page.goto(at('/alerts'))
    const failure = page.getByRole('alert')
    await failure.getByText('Not now').waitFor()
    await page.unroute('**/api/v1/alerts?*')
    await failure.getByRole('button', { name: 'Retry' }).click()
    await failure.waitFor({ state: 'hidden' })
    await eventually(async () =>
      expect(await page.locator('.table-frame td, .card.message').count()).toBeGreaterThan(0),
    )
  })

  test('shows what is left of the budget of a service, and how fast it is spent', async () => {
    const { page, signInAs, isAccessible } = visit
    await place(await newCustomer())
    await signInAs('admin@stoa.example')
    await page.goto(at('/service-levels'))
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'order', exact: true }) })
    // monitoring has scraped twice since the first request
    await row.getByText('100 %').first().waitFor()
    await row.getByRole('link', { name: 'order', exact: true }).click()
    const details = page.getByRole('region', { name: 'Service level of order' })
    await details.getByText(/^\d+ of [\d,]+ requests failed since/).waitFor()
    await details.getByText(/^\d+ of [\d,]+ scrapes failed since/).waitFor()
    await isAccessible()
    await page.getByLabel('Budget').selectOption('availability')
    await row.getByText('99.9 %').waitFor()
    // what the page shows is in its address
    expect(new URL(page.url()).search).toBe('?service=order&budget=availability')
    await page.reload()
    await details.getByText('99th percentile').waitFor()
    await details.getByRole('link', { name: 'Alerts' }).click()
    await page.waitForURL(at('/alerts?service=order'))
  })
})
