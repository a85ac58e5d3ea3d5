import type { Page } from 'playwright-core'

/** What the screens show. */
export interface Subjects {
  readonly gatewayUrl: string
  readonly orderId: string
}

/** A screen of the console, by its name and how to get to it. */
export interface Screen {
  readonly name: string
  readonly show: (page: Page, subjects: Subjects) => Promise<void>
}

function at(name: string, path: (subjects: Subjects) => string, shown: (page: Page) => Promise<unknown>): Screen {
  return {
    name,
    async show(page, subjects) {
      await page.goto(`${subjects.gatewayUrl}/console${path(subjects)}`)
      await shown(page)
    },
  }
}

const rowShown = (page: Page) => page.locator('tbody tr td').first().waitFor()
const textShown = (text: string | RegExp) => (page: Page) => page.getByText(text).first().waitFor()

// a table, or the card of an empty list
const listShown = (page: Page) => page.locator('.table-frame td, .card.message').first().waitFor()

/** Every screen with something on it, and the dialogs and empty lists. */
export const screens: readonly Screen[] = [
  at('overview', () => '/', rowShown),
  at('orders', () => '/orders', rowShown),
  // orders are pending for a moment only
  at('orders-none', () => '/orders?status=pending', textShown(/No order has this state/)),
  at('order', ({ orderId }) => `/orders/${orderId}`, textShown('Confirmed')),
  at('order-events', ({ orderId }) => `/orders/${orderId}?tab=events`, textShown('order.created')),
  at('order-sagas', ({ orderId }) => `/orders/${orderId}?tab=sagas`, textShown('process_payment')),
  at(
    'order-missing',
    () => '/orders/01920000-0000-7000-8000-00000000dead',
    (page) => page.getByRole('alert').waitFor(),
  ),
  at('no-such-page', () => '/nothing', textShown('There is no such page')),
  at(
    'reports',
    () => '/reports',
    (page) => page.getByRole('heading', { name: 'Reports', level: 1 }).waitFor(),
  ),
  at('tickets', () => '/tickets', rowShown),
  at('tickets-none', () => '/tickets?assignee=me&topic=account', textShown('No ticket matches')),
  // of the seed
  at('ticket', () => '/tickets/01920000-0000-7000-8000-000000000a01', textShown('Closed and dark')),
  at('chats', () => '/chats', listShown),
  at('sagas', () => '/sagas', rowShown),
  at('saga', ({ orderId }) => `/sagas/order-fulfilment:${orderId}`, textShown('process_payment')),
  at('events', () => '/events', rowShown),
  at('dead-letters', () => '/dead-letters', textShown(/No dead letters/)),
  at('traces', () => '/traces', rowShown),
  at('alerts', () => '/alerts', listShown),
  at('alerts-resolved', () => '/alerts?state=resolved', listShown),
  at('silences', () => '/alerts/silences', listShown),
  at(
    'runbook',
    () => '/runbooks/alerts#dead-letters',
    (page) => page.getByRole('heading', { name: 'Dead letters' }).waitFor(),
  ),
  {
    name: 'trace',
    async show(page, { gatewayUrl, orderId }) {
      await page.goto(`${gatewayUrl}/console/orders/${orderId}`)
      await page.getByRole('link', { name: 'Trace', exact: true }).click()
      await page.getByRole('button', { name: /order/ }).first().click()
      await page.getByRole('region', { name: 'Span', exact: true }).waitFor()
    },
  },
  {
    name: 'palette',
    async show(page, { gatewayUrl }) {
      await page.goto(`${gatewayUrl}/console/`)
      await rowShown(page)
      await page.keyboard.press('Control+k')
      await page.getByRole('option', { name: 'Orders' }).waitFor()
    },
  },
]
