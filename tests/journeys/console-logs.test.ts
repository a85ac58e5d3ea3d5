import { describe, expect, test } from 'vitest'
import { installedChromium } from '../browser.ts'
import { at, visitConsole } from './console-browser.ts'
import { ask, eventually, newCustomer, place, signIn } from './shop.ts'

/** The trace in which the payment of an order was settled. */
async function traceOfPayment(orderId: string): Promise<string> {
  const as = await signIn('admin@stoa.example')
  return eventually(async () => {
    const { body } = await ask('GET', `/api/v1/telemetry/logs?service=payment&contains=${orderId}`, { as })
    const line = body.items.find(({ message }: { message: string }) => message === 'payment settled')
    expect(line?.traceId).toMatch(/^[0-9a-f]{32}$/)
    return line.traceId
  })
}

describe.runIf(installedChromium !== undefined)('log lines in the console', () => {
  const visit = visitConsole()

  test('a line is found by its text, leads to its span in the trace, and back to all lines of the trace', async () => {
    const { page, signInAs, isAccessible } = visit
    const { body: order } = await place(await newCustomer())
    const traceId = await traceOfPayment(order.id)
    await signInAs('admin@stoa.example')

    await page.getByRole('link', { name: 'Logs', exact: true }).click()
    await page.getByLabel('Service').selectOption('payment')
    await page.getByLabel('Text').fill(order.id)
    await page.getByLabel('Text').press('Enter')
    const lines = page.getByRole('region', { name: 'Log lines' })
    const settled = lines.getByRole('link', { name: 'payment settled' })
    await settled.first().waitFor()
    // what the page shows is in its address
    expect(new URL(page.url()).search).toBe(`?service=payment&text=${order.id}`)
    await page.reload()
    await settled.first().click()
    const panel = page.getByRole('region', { name: 'The line' })
    await panel.getByText(order.id).first().waitFor()
    await isAccessible()

    await panel.getByRole('link', { name: traceId }).click()
    await page.waitForURL(new RegExp(`/traces/${traceId}\\?span=[0-9a-f]{16}$`))
    const ofSpan = page.getByRole('region', { name: 'Log lines of the span' })
    await ofSpan.getByRole('link', { name: 'payment settled' }).waitFor()
    await page.getByRole('region', { name: 'Span', exact: true }).waitFor()
    await isAccessible()

    await ofSpan.getByRole('link', { name: 'All of the trace' }).click()
    const ofTrace = page.getByRole('region', { name: 'Log lines of the trace' })
    await ofTrace.getByRole('link', { name: 'request', exact: true }).first().click()
    await page.waitForURL(new RegExp(`/traces/${traceId}\\?span=[0-9a-f]{16}$`))

    await page.getByRole('link', { name: 'In the logs' }).click()
    await page.waitForURL(at(`/logs?trace=${traceId}`))
    await settled.first().waitFor()
    expect(visit.complaints).toEqual([])
  })

  test('new lines appear, the arrow keys move through them, and filters that match nothing can be cleared', async () => {
    const { page, signInAs, isAccessible } = visit
    const customer = await newCustomer()
    await traceOfPayment((await place(customer)).body.id)
    await signInAs('admin@stoa.example')
    await page.goto(at('/logs?service=payment&text=payment%20settled'))
    const rows = page.getByRole('region', { name: 'Log lines' }).getByRole('link', { name: 'payment settled' })
    await rows.first().waitFor()
    // the page holds the newest hundred, so that their number says nothing
    const newest = await rows.first().getAttribute('href')
    await place(customer)
    await eventually(async () => expect(await rows.first().getAttribute('href')).not.toBe(newest))

    await rows.first().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'The line' }).waitFor()
    expect(page.url()).toContain('&line=')

    await page.getByLabel('Level at least').selectOption('fatal')
    await page.getByRole('heading', { name: 'No log line matches' }).waitFor()
    await isAccessible()
    await page.getByRole('link', { name: 'Clear the filters' }).click()
    await page.waitForURL(at('/logs'))
    await page.getByRole('region', { name: 'Log lines' }).getByRole('link').first().waitFor()
    expect(visit.complaints).toEqual([])
  })
})
