import { accessTable } from '@stoa/contracts/auth/roles'
import type { ConfigService } from '@stoa/contracts/config/service'
import { newId } from '@stoa/kernel'
import { startTestService, type TestAnswer, type TestService } from '@stoa/testing'
import { configService } from '../src/service.ts'

export const manager = { subject: newId(), roles: ['manager'] }
export const viewer = { subject: newId(), roles: ['staff'] }
export const order = { subject: 'service:order', roles: ['service'] }
export const reason = 'A test of the new checkout.'

/** The flags that a service declares in these tests. */
export const guestCheckout = {
  key: 'guest-checkout',
  type: 'boolean',
  description: 'Whether guests may place orders.',
  variants: { on: true, off: false },
  defaultVariant: 'on',
} as const

/** Rules that return one variant to everyone. */
export const serving = (variant: string) => ({ offVariant: 'off', rules: [], serve: { variant }, reason })

/** Config under test, with a clock that a test can move. */
export interface ConfigApp {
  readonly service: TestService<ConfigService>
  readonly clock: { now: () => Temporal.Instant; set: (at: string) => void }
  readonly as: (who: object, method: string, path: string, body?: object, headers?: object) => Promise<TestAnswer>
  readonly declare: (flags: readonly object[], who?: object) => Promise<TestAnswer>
}

/** Starts config. */
export async function startConfig(): Promise<ConfigApp> {
  let now = Temporal.Instant.from('2026-11-02T12:00:00Z')
  const clock = { now: () => now, set: (at: string) => void (now = Temporal.Instant.from(at)) }
  const service = await startTestService(configService, { access: accessTable, clock })
  const as: ConfigApp['as'] = (who, method, path, body, headers = {}) =>
    service.request(method, path, {
      as: who as never,
      body,
      ...(method === 'POST' && path.startsWith('/api/') ? { key: newId() } : {}),
      headers: { ...(method === 'PUT' || method === 'DELETE' ? { 'if-match': '*' } : {}), ...headers },
    })
  const declare = async (flags: readonly object[], who: object = order) => {
    const answer = await as(who, 'POST', '/internal/declarations', { flags })
    if (answer.status !== 204) throw new Error(JSON.stringify(answer.body))
    return answer
  }
  return { service, clock, as, declare }
}
