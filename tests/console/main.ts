import { mkdir } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { launchBrowser } from '../browser.ts'
import { signInToConsole } from './sign-in.ts'
import { screens } from './screens.ts'

const help = `Usage: npm run screenshots -- [--url URL] [--out FOLDER]

Takes a picture of every screen of the console of a running demonstration shop, at 1440 and 390 pixels, in both themes. It places
an order as ada first. URL is http://127.0.0.1:8080 by default, FOLDER .stoa/screenshots.
`

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    out: { type: 'string', default: '.stoa/screenshots' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
})
const password = 'stoa-demo-only'
const widths = [1440, 390]
const schemes = ['light', 'dark'] as const

async function post(path: string, body: object, token?: string): Promise<any> {
  const response = await fetch(values.url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      prefer: 'wait=30',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

async function placeOrder(): Promise<string> {
  const { accessToken } = await post('/api/v1/users/authenticate', { email: 'ada@stoa.example', password })
  const shippingAddress = {
    name: 'Ada Lovelace',
    line1: 'Lange Gasse 1',
    city: 'Wien',
    postalCode: '1080',
    country: 'AT',
  }
  const paymentMethodId = '01920000-0000-7000-8000-000000000100'
  const items = [{ sku: 'TEA-GREEN-100', quantity: 2 }]
  return (await post('/api/v1/orders', { items, shippingAddress, paymentMethodId }, accessToken)).id
}

async function takeAll(): Promise<void> {
  await mkdir(values.out, { recursive: true })
  const subjects = { gatewayUrl: values.url, orderId: await placeOrder() }
  const browser = await launchBrowser()
  for (const colorScheme of schemes) {
    for (const width of widths) {
      const context = await browser.newContext({ viewport: { width, height: width < 768 ? 844 : 900 }, colorScheme })
      const page = await context.newPage()
      page.setDefaultTimeout(60_000)
      await page.goto(`${values.url}/console/`)
      await page.getByRole('link', { name: 'Sign in' }).waitFor()
      await page.screenshot({ path: join(values.out, `sign-in-${width}-${colorScheme}.png`) })
      await signInToConsole(page, values.url, 'admin@stoa.example', password)
      for (const { name, show } of screens) {
        if (values.only !== undefined && !values.only.split(',').includes(name)) continue
        await show(page, subjects)
        await page.waitForTimeout(400)
        await page.screenshot({ path: join(values.out, `${name}-${width}-${colorScheme}.png`) })
      }
      await context.close()
    }
  }
  await browser.close()
  console.log(`The pictures are in ${values.out}.`)
}

if (values.help === true) console.log(help)
else await takeAll()
