import type { Service } from '@stoa/contract'
import { expect, test } from 'vitest'
import { catalogue } from './catalogue.ts'

// What clients, guides and other systems count on. Something may be added in a contract alone; what is listed here never goes
// without a successor, whose name then stands here. The events are those that other services build upon.
const promised: Readonly<Record<string, { readonly operations: string; readonly events: string }>> = {
  user: {
    operations: `
      POST /users · GET /users · GET|PUT|PATCH|DELETE /users/{} · GET /users/search · POST /users/authenticate · POST /users/login
      POST /users/guest · GET|PUT /users/{}/preferences · GET|POST /users/{}/addresses · GET|PUT|DELETE /users/{}/addresses/{}
      POST /users/{}/mfa/enable · POST /users/{}/mfa/verify · POST /users/{}/mfa/disable · GET /users/{}/authentications`,
    events: 'user.created|updated|deleted|authenticated|locked',
  },
  auth: {
    operations: `
      GET|POST /api-keys · DELETE /api-keys/{} · GET /sessions · DELETE /sessions/{} · POST /permissions/check`,
    events: 'session.revoked signing_key.rotated',
  },
  inventory: {
    operations: `
      GET|POST /products · GET|PUT|PATCH|DELETE /products/{} · GET /products/search · POST /products/{}/images
      POST /inventory/reserve · POST /inventory/release · POST /inventory/confirm · GET /inventory/availability`,
    events: 'product.created|updated|deleted inventory.reserved|released|confirmed|fulfilled|adjusted|low_stock',
  },
  pricing: {
    operations: 'POST /pricing/quote',
    events: 'price.changed promotion.activated|exhausted',
  },
  order: {
    operations: `
      POST /carts · GET /carts/{} · PUT /carts/{}/items · POST /carts/{}/checkout · GET|POST /orders · GET /orders/{}
      PUT /orders/{}/status · POST /orders/{}/picked · POST /orders/{}/cancel · GET /orders/customer/{} · GET /users/{}/orders
      POST /orders/{}/returns · GET /orders/{}/timeline · GET /orders/{}/events`,
    events: `
      cart.created|updated|expired order.created|updated|confirmed|rejected|cancelled|shipped|delivered|completed|returned`,
  },
  payment: {
    operations: `
      GET|POST /payments · GET /payments/{} · POST /payments/{}/capture · POST /payments/{}/void · POST /payments/{}/refund
      GET|POST /payment-methods · DELETE /payment-methods/{} · GET /transactions · POST /webhooks/{}`,
    events: 'payment.initiated|completed|failed|reviewed refund.processed fraud.detected',
  },
  billing: {
    operations: 'GET /invoices · GET /invoices/{} · GET /invoices/{}/pdf',
    events: 'invoice.issued credit_note.issued',
  },
  shipping: {
    operations: `
      GET|POST /shipments · GET /shipments/{} · POST /shipments/{}/cancel · POST /shipments/{}/dispatch
      GET /shipments/{}/tracking · POST /shipping/rates · POST /shipments/{}/simulate`,
    events: 'shipping.created|dispatched|delivered|failed|cancelled',
  },
  notification: {
    operations: `
      POST /notifications/send · GET /notifications/{} · GET /users/{}/notifications · GET|PUT /notifications/templates/{}
      GET|PUT /users/{}/notification-preferences`,
    events: 'notification.sent|delivered|failed',
  },
  support: {
    operations: 'GET|POST /tickets · GET /tickets/{} · POST /tickets/{}/messages · GET /chat',
    events: 'ticket.created|updated|resolved|sla_breached article.published|updated|deleted',
  },
  search: { operations: 'GET /search · GET /search/suggest · GET|POST /search/indexes', events: '' },
  sales: {
    operations: `
      GET|POST /sales · POST /sales/{}/void · POST /sales/{}/return · GET /sales/{} · GET /sales/{}/history · GET /sales/analytics
      GET /v2/sales/analytics`,
    events: 'sale.created|voided|returned',
  },
  config: { operations: 'GET|PUT /config/{}/{}', events: '' },
  monitoring: {
    operations: `
      GET /telemetry/traces · GET /telemetry/traces/{} · GET /telemetry/metrics · GET /telemetry/services · GET /alerts
      POST /alerts/{}/acknowledge · POST /alerts/silences · GET /slo`,
    events: 'alert.fired|resolved',
  },
  inference: {
    operations: 'POST /inference/{}:predict · GET /inference/models · GET /recommendations',
    events: '',
  },
}

const unnamed = (path: string) => path.replaceAll(/\{[^}]*\}/g, '{}')

function operationsOf({ operations }: Service): string[] {
  return Object.values(operations).map((route) => `${'method' in route ? route.method : 'GET'} ${unnamed(route.path)}`)
}

function promisedOperations(text: string): string[] {
  return text
    .split(/·|\n/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .flatMap((entry) => {
      const [methods = '', path = ''] = entry.split(' ')
      const prefix = path.startsWith('/v2/') ? '/api' : '/api/v1'
      return methods.split('|').map((method) => `${method} ${prefix}${path}`)
    })
}

function promisedEvents(text: string): string[] {
  return text
    .split(/\s+/)
    .filter((entry) => entry !== '')
    .flatMap((entry) => {
      const [noun = '', verbs = ''] = entry.split('.')
      return verbs.split('|').map((verb) => `${noun}.${verb}`)
    })
}

test.each(Object.entries(promised))(
  '%s has every operation and event that is promised',
  (name, { operations, events }) => {
    const service = catalogue.find((entry) => entry.name === name)
    expect(service).toBeDefined()
    if (service === undefined) return
    expect(operationsOf(service)).toEqual(expect.arrayContaining(promisedOperations(operations)))
    const published = Object.values(service.publishes).map(({ type }) => type)
    expect(published).toEqual(expect.arrayContaining(promisedEvents(events)))
  },
)
