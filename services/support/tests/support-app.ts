import { accessTable } from '@stoa/contracts/auth/roles'
import type { SupportService } from '@stoa/contracts/support/service'
import { AppError, newId } from '@stoa/kernel'
import { startTestService, type Stubs, type TestService } from '@stoa/testing'
import { supportService } from '../src/service.ts'

export const path = '/api/v1/tickets'
export const agent = { subject: newId(), roles: ['support'] }
export const customerOf = (subject = newId()) => ({ subject, roles: ['customer'] })
/** A customer whose name is not known. */
export const namelessCustomer = customerOf()
export type Account = ReturnType<typeof customerOf>

/** Support under test, with the orders that order knows and a clock that a test can move. */
export interface SupportApp {
  readonly service: TestService<SupportService>
  /** An order of this customer. */
  readonly orderOf: (customer: Account) => string
  /** While true, order does not respond. */
  readonly order: { isUnavailable: boolean }
  /** What inference returns; `asked` is what it was last sent. */
  readonly inference: { asked: any; respond: (texts: readonly { readonly body: string }[]) => Promise<any> }
  readonly clock: { now: () => Temporal.Instant; set: (local: string) => void }
  readonly open: (customer: Account, more?: object, key?: string) => Promise<any>
  readonly write: (as: Account, ticketId: string, text: string, more?: object) => Promise<any>
  readonly put: (ticketId: string, what: string, body: object, as?: Account) => Promise<any>
  readonly read: (as: Account, ticketId: string) => Promise<any>
  /** The events of a type about this ticket. */
  readonly publishedOf: (type: string, ticketId: string) => Promise<readonly any[]>
}

/** Starts support beside an order and a user service that are stubs; the local time is a Monday at noon. */
export async function startSupport(settings: Readonly<Record<string, string>> = {}): Promise<SupportApp> {
  const orders = new Map<string, string>()
  const order = { isUnavailable: false }
  const inference: SupportApp['inference'] = {
    asked: undefined,
    respond: async (texts) => ({
      scores: texts.map(({ body }) => ({ score: 0.6, sentences: [{ start: 0, end: body.indexOf('.') + 1 }] })),
    }),
  }
  const calls: Stubs<SupportService> = {
    inference: {
      scoreTexts: async (input) => {
        inference.asked = input
        return inference.respond(input.texts)
      },
    },
    order: {
      getSummary: async ({ orderId }) => {
        if (order.isUnavailable) throw new AppError('unavailable', 'request.unavailable', 'order does not respond')
        const customerId = orders.get(orderId)
        if (customerId === undefined) throw new AppError('not_found', 'order.not_found', 'unknown')
        return { orderId, number: `S-${orderId.slice(-6)}`, customerId, status: 'confirmed' }
      },
    },
    user: {
      getClaims: async ({ userId }) => ({
        userId,
        email: 'grace@stoa.example',
        roles: userId === agent.subject ? ['support'] : ['customer'],
      }),
      getContact: async ({ userId }) => ({
        email: 'ada@stoa.example',
        name: userId === namelessCustomer.subject ? '' : 'Ada',
        locale: 'en',
      }),
    },
  }
  const local = (text: string) => Temporal.PlainDateTime.from(text).toZonedDateTime('Europe/Vienna').toInstant()
  let now = local('2026-11-02T12:00')
  const clock = { now: () => now, set: (text: string) => (now = local(text)) }
  const service = await startTestService(supportService, { access: accessTable, calls, settings, clock })
  return {
    service,
    order,
    inference,
    clock,
    orderOf(customer) {
      const orderId = newId()
      orders.set(orderId, customer.subject)
      return orderId
    },
    open: (as, more = {}, key = newId()) =>
      service.request('POST', path, {
        as,
        key,
        body: { subject: 'One tin is missing', body: 'Two of three.', ...more },
      }),
    write: (as, ticketId, text, more = {}) =>
      service.request('POST', `${path}/${ticketId}/messages`, { as, key: newId(), body: { text, ...more } }),
    put: (ticketId, what, body, as = agent) => service.request('PUT', `${path}/${ticketId}/${what}`, { as, body }),
    read: async (as, ticketId) => (await service.request('GET', `${path}/${ticketId}`, { as })).body,
    publishedOf: async (type, ticketId) =>
      (await service.published(type)).filter(({ subject }) => subject === ticketId).map(({ data }) => data),
  }
}
