import { accessTable } from '@stoa/contracts/auth/roles'
import type { Address, Tokens, User } from '@stoa/contracts/user/resources'
import type { UserService } from '@stoa/contracts/user/service'
import { type Clock, newId, platformError, systemClock } from '@stoa/kernel'
import { startTestService, type TestRequest, type TestService } from '@stoa/testing'
import { expect } from 'vitest'
import { userService } from '../src/service.ts'

export const admin = { subject: '0198c0de-0000-7000-8000-0000000000ad', roles: ['admin'] }

interface Entry {
  readonly id: string
  readonly isDefault?: boolean
  readonly outcome: string
}

/** What stands in any of the answers; each has its part of it. */
interface Body extends Omit<User, 'id'>, Omit<Address, 'id' | 'name' | 'version'>, Tokens {
  readonly id: string
  readonly user: User
  readonly items: readonly Entry[]
  readonly nextCursor?: string
  readonly code: string
  readonly detail: string
  readonly errors: readonly { readonly pointer: string }[]
  readonly token: string
  readonly otpauthUri: string
  readonly recoveryCodes: readonly string[]
  readonly users: readonly { readonly userId: string; readonly status: string; readonly tier: string }[]
  readonly nextAfterUserId?: string
}

interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

interface Told {
  readonly type: string
  readonly data: { readonly status?: string; readonly unlockId?: string; readonly linkId?: string }
}

/** Somebody with an account, and the password it has. */
export interface Person {
  readonly id: string
  readonly email: string
  readonly password: string
  readonly caller: { readonly subject: string; readonly sessionId?: string }
}

/** Auth as user sees it. */
interface AuthSide {
  readonly log: string[]
  isAway: boolean
  /** What happens before a session is opened. */
  beforeOpening: (() => Promise<void>) | undefined
}

/** User under test, with auth's side of it. */
export interface UserApp {
  readonly service: TestService<UserService>
  readonly ask: (method: string, path: string, request?: TestRequest) => Promise<Answered>
  readonly call: (method: string, input: object) => Promise<Answered>
  readonly register: (email?: string) => Promise<Person>
  readonly signIn: (email: string, password: string, from?: string, otp?: string) => Promise<Answered>
  /** Tries to sign in with wrong passwords, one after the other; answers the codes. */
  readonly guess: (email: string, times: number, from?: string) => Promise<string[]>
  readonly eventsOf: (userId: string) => Promise<readonly Told[]>
  /** What auth was asked, oldest first. */
  readonly auth: AuthSide
  readonly advance: (minutes: number) => void
  readonly now: () => Temporal.Instant
  /** Stops the clock of the service; `advance` still moves it. */
  readonly freeze: () => void
  /** The customers with orders, as order has them. */
  readonly customers: { readonly withOrders: Set<string>; isAway: boolean }
  /** Runs a scheduled task now, and waits for its end. */
  readonly run: (task: 'find-sessions-to-end' | 'forget-old-sign-ins' | 'remove-guests') => Promise<void>
}

export async function startUser(
  settings: Readonly<Record<string, string>> = {},
  definition: typeof userService = userService,
): Promise<UserApp> {
  const auth: AuthSide = { log: [], isAway: false, beforeOpening: undefined }
  const customers = { withOrders: new Set<string>(), isAway: false }
  let aheadMinutes = 0
  let frozenAt: Temporal.Instant | undefined
  const clock: Clock = { now: () => (frozenAt ?? systemClock.now()).add({ minutes: aheadMinutes }) }
  const asked = (what: string) => {
    if (auth.isAway) throw platformError('service.unavailable', 'auth is unavailable')
    auth.log.push(what)
  }
  const service = await startTestService(definition, {
    access: accessTable,
    clock,
    settings,
    calls: {
      auth: {
        openSession: async ({ userId }) => {
          await auth.beforeOpening?.()
          asked(`open ${userId}`)
          return { accessToken: `access-${userId}`, refreshToken: `refresh-${userId}`, expiresInSeconds: 900 }
        },
        endSessions: async ({ userId, deletesApiKeys, exceptSessionId }) => {
          const kept = exceptSessionId === '' ? '' : ` except ${exceptSessionId}`
          asked(`end ${userId}${deletesApiKeys ? ' and API keys' : ''}${kept}`)
          return {}
        },
      },
      order: {
        listCustomersWithOrders: async ({ customerIds }) => {
          if (customers.isAway) throw platformError('service.unavailable', 'order is unavailable')
          return { customerIds: customerIds.filter((id) => customers.withOrders.has(id)) }
        },
      },
    },
  })
  const ask = (method: string, path: string, request: TestRequest = {}): Promise<Answered> =>
    service.request(method, path, request)
  const signIn = (email: string, password: string, from = '203.0.113.7', otp?: string) => {
    const body = { email, password, ...(otp === undefined ? {} : { otp }) }
    return ask('POST', '/api/v1/users/authenticate', { body, headers: { 'x-forwarded-for': from } })
  }
  return {
    service,
    ask,
    signIn,
    auth,
    customers,
    call: service.call,
    async register(email = `${newId()}@stoa.example`) {
      const password = 'a fine long phrase'
      const { body } = await ask('POST', '/api/v1/users', { body: { email, password, name: 'Ada Lovelace' } })
      const { id } = body
      return { id, email, password, caller: { subject: id } }
    },
    async guess(email, times, from) {
      const codes: string[] = []
      for (let turn = 0; turn < times; turn += 1) codes.push((await signIn(email, `wrong ${turn}`, from)).body.code)
      return codes
    },
    async eventsOf(userId) {
      const events = await service.published()
      return events
        .filter(({ subject }) => subject === userId)
        .map(({ type, data }) => ({ type, data: data as Told['data'] }))
    },
    async run(task) {
      expect(await service.runTask(task, {})).toEqual({ status: 'completed' })
    },
    advance: (minutes) => void (aheadMinutes += minutes),
    now: clock.now,
    freeze: () => void (frozenAt = systemClock.now()),
  }
}
