import { admin, ada, demonstrationPassword, staff, type DemonstrationAccount } from '@stoa/system/seed/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bringUp, type WholeSystem } from '../whole-system.ts'

let system: WholeSystem

beforeAll(async () => {
  system = await bringUp({ name: 'documents', system: 'documents' })
})
afterAll(() => system?.stop())

interface Request {
  readonly method?: string
  readonly token?: string
  readonly body?: object
}

async function ask(path: string, { method = 'POST', token, body }: Request) {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'idempotency-key': crypto.randomUUID(),
    prefer: 'wait=10',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const answer = await fetch(`${system.gatewayUrl}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

async function signIn({ email }: DemonstrationAccount): Promise<string> {
  const { body } = await ask('/api/v1/users/authenticate', { body: { email, password: demonstrationPassword } })
  return body['accessToken'] ?? ''
}

test('runs its own services and none of the shop', async () => {
  const services = (await system.rows()).map(({ service }) => service)
  expect(services).toEqual(['postgres', 'registry', 'auth', 'user', 'document', 'gateway'])
  expect(await ask('/api/v1/products', { method: 'GET' })).toMatchObject({ status: 404 })
})

test('user has no guests and no points of a shop', async () => {
  expect(await ask('/api/v1/users/guest', { body: { email: 'guest@stoa.example' } })).toMatchObject({ status: 405 })
  const document = (await (await fetch(`${system.gatewayUrl}/openapi/user.json`)).json()) as { readonly paths: object }
  expect(Object.keys(document.paths)).toContain('/api/v1/users')
  expect(Object.keys(document.paths)).not.toContain('/api/v1/users/guest')
  expect(await system.stoa('describe', 'user')).not.toMatch(/order\.|remove-guests/)
})

test('a customer submits a document, only staff approve it, and it is published', async () => {
  const [customer, clerk] = await Promise.all([signIn(ada), signIn(staff)])
  const submitted = fetch(`${system.gatewayUrl}/api/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'minutes', authorization: `Bearer ${customer}` },
    body: JSON.stringify({ title: 'Minutes' }),
  })
  const { id, status } = (await (await submitted).json()) as { readonly id: string; readonly status: string }
  expect(status).toBe('submitted')
  const decide = (token: string) => ask(`/api/v1/documents/${id}/decision`, { token, body: { outcome: 'approved' } })
  expect(await decide(customer)).toMatchObject({ status: 403 })
  expect(await decide(clerk)).toMatchObject({ status: 200, body: { status: 'published' } })
})

test('an account gets only roles of the system, and a program only its permissions', async () => {
  const token = await signIn(admin)
  const path = `/api/v1/users/${ada.id}/tier`
  const given = (role: string) => ask(path, { method: 'PUT', token, body: { roles: [role] } })
  expect(await given('analyst')).toMatchObject({ status: 422, body: { code: 'user.role_unknown' } })
  const metadata = await fetch(`${system.gatewayUrl}/.well-known/openid-configuration`)
  const { scopes_supported: scopes } = (await metadata.json()) as { readonly scopes_supported: readonly string[] }
  expect(scopes).toContain('document:submit')
  expect(scopes).not.toContain('order:place')
})

test('its folder is refused to another system', async () => {
  await expect(system.stoa('up', '--system', 'shop')).rejects.toThrow('holds the data of the system documents')
})
