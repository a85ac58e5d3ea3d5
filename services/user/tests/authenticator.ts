import { totpCode, totpStepAt } from '@stoa/security'
import { eventually } from '@stoa/testing'
import { expect } from 'vitest'
import type { Person, UserApp } from './user-app.ts'

/** An account with a second factor, as its authenticator app sees it. */
export interface Protected extends Person {
  readonly codeAt: (distance: number) => string
  readonly recoveryCodes: readonly string[]
}

/** What people do with a second factor, and their authenticator apps. */
export function authenticator(app: UserApp) {
  const mfa = ({ id, caller }: Person, action: string, body?: object, from = '203.0.113.7') =>
    app.ask(body === undefined ? 'GET' : 'POST', `/api/v1/users/${id}/mfa${action}`, {
      as: caller,
      ...(body === undefined ? {} : { body, headers: { 'x-forwarded-for': from } }),
    })
  const appOf = (uri: string) => {
    const secret = new URL(uri).searchParams.get('secret') ?? ''
    return (distance: number) => totpCode(secret, totpStepAt(app.now()) + distance)
  }
  const enabling = async (person: Person): Promise<Protected> => {
    const { status, body } = await mfa(person, '/enable', { password: person.password })
    expect([status, body.code]).toEqual([200, undefined])
    return { ...person, codeAt: appOf(body.otpauthUri), recoveryCodes: body.recoveryCodes }
  }
  /** An account whose second factor is on, with its clock past the code that turned it on. */
  const protectedPerson = async (person?: Person): Promise<Protected> => {
    const ada = await enabling(person ?? (await app.register()))
    expect((await mfa(ada, '/verify', { otp: ada.codeAt(0) })).status).toBe(204)
    app.advance(1)
    return ada
  }
  return { mfa, enabling, protectedPerson }
}

/** The code of a refusal; undefined for a success, which has no body. */
export const codeOf = async (answer: Promise<{ readonly body: { readonly code: string } | undefined }>) =>
  (await answer).body?.code

/** Sets another password by the link that is mailed. */
export async function resetPassword(app: UserApp, { id, email }: Person, newPassword: string): Promise<void> {
  const linkIds = async () => {
    const events = await app.eventsOf(id)
    return events.flatMap(({ type, data }) => (type === 'user.password_reset_requested' ? [data.linkId] : []))
  }
  const before = await linkIds()
  await app.ask('POST', '/api/v1/users/forgot-password', { body: { email } })
  const linkId = await eventually(async () => {
    const mailed = await linkIds()
    if (mailed.length === before.length) throw new Error('no link was mailed yet')
    return mailed.at(-1)
  })
  const { token } = (await app.call('IssueLinkToken', { linkId })).body
  const { status } = await app.ask('POST', '/api/v1/users/reset-password', { body: { token, newPassword } })
  expect(status).toBe(204)
}
