import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { authenticator, codeOf, resetPassword, type Protected } from './authenticator.ts'
import { admin, startUser, type Person, type UserApp } from './user-app.ts'

let app: UserApp

beforeAll(async () => {
  app = await startUser()
  app.freeze()
})
afterAll(() => app.service.stop())
beforeEach(() => {
  app.auth.isAway = false
  app.auth.beforeOpening = undefined
  app.auth.log.length = 0
  // each test in time steps of its own
  app.advance(5)
})

type Tools = ReturnType<typeof authenticator>
const mfa: Tools['mfa'] = (...request) => authenticator(app).mfa(...request)
const enabling: Tools['enabling'] = (person) => authenticator(app).enabling(person)
const protectedPerson: Tools['protectedPerson'] = () => authenticator(app).protectedPerson()
const signIn = ({ email, password }: Person, otp?: string, from?: string) => app.signIn(email, password, from, otp)
const outcomesOf = async ({ id }: Person) => {
  const { body } = await app.ask('GET', `/api/v1/users/${id}/authentications`, { as: admin })
  return body.items.map(({ outcome }) => outcome)
}
const statusOf = async (person: Person) => (await mfa(person, '')).body as unknown as Record<string, unknown>

test('is asked for from its first code on, and only after a right password', async () => {
  const ada = await enabling(await app.register())
  expect(await statusOf(ada)).toEqual({ status: 'pending', recoveryCodesLeft: 10 })
  expect((await signIn(ada)).status).toBe(200)
  expect(await codeOf(mfa(ada, '/verify', { otp: '000000' }))).toBe('user.otp_wrong')
  expect((await mfa(ada, '/verify', { otp: ada.codeAt(0) })).status).toBe(204)
  expect(await statusOf(ada)).toMatchObject({ status: 'enabled', recoveryCodesLeft: 10 })
  const { status, body } = await signIn(ada)
  expect([status, body.code]).toEqual([401, 'user.otp_required'])
  expect(await codeOf(app.signIn(ada.email, 'wrong'))).toBe('user.credentials_wrong')
  expect(await codeOf(app.signIn(ada.email, 'wrong', undefined, ada.codeAt(1)))).toBe('user.credentials_wrong')
  expect((await signIn(ada, ada.codeAt(1))).status).toBe(200)
  expect((await outcomesOf(ada)).slice(0, 4)).toEqual(['succeeded', 'wrong_password', 'wrong_password', 'otp_required'])
  expect(app.auth.log).toEqual([`open ${ada.id}`, `end ${ada.id}`, `open ${ada.id}`])
})

test('accepts the codes of one step before and after, and each once', async () => {
  const ada = await protectedPerson()
  expect(await codeOf(signIn(ada, ada.codeAt(-2)))).toBe('user.otp_wrong')
  expect(await codeOf(signIn(ada, ada.codeAt(2)))).toBe('user.otp_wrong')
  expect((await signIn(ada, ada.codeAt(-1))).status).toBe(200)
  expect(await codeOf(signIn(ada, ada.codeAt(-1)))).toBe('user.otp_wrong')
  expect((await signIn(ada, ada.codeAt(1))).status).toBe(200)
  for (const used of [-1, 0, 1]) expect(await codeOf(signIn(ada, ada.codeAt(used)))).toBe('user.otp_wrong')
})

test('does not accept the code again that turned it on', async () => {
  const ada = await enabling(await app.register())
  const otp = ada.codeAt(0)
  expect((await mfa(ada, '/verify', { otp })).status).toBe(204)
  expect(await codeOf(signIn(ada, otp))).toBe('user.otp_wrong')
})

test.each([
  ['a code', (of: Protected) => of.codeAt(0)],
  ['a recovery code', (of: Protected) => of.recoveryCodes[0] ?? ''],
])('of three sign-ins at once with %s exactly one is let in', async (_, otpOf) => {
  const ada = await protectedPerson()
  const otp = otpOf(ada)
  // each has found the code right before the first uses it up
  const { promise: areAllChecked, resolve } = Promise.withResolvers<void>()
  let checked = 0
  app.auth.beforeOpening = () => {
    checked += 1
    if (checked === 3) resolve()
    return areAllChecked
  }
  const answers = await Promise.all([1, 2, 3].map((net) => signIn(ada, otp, `198.51.${net}.1`)))
  expect(answers.map(({ status, body }) => body.code ?? status).toSorted()).toEqual([
    200,
    'user.otp_wrong',
    'user.otp_wrong',
  ])
  expect(await outcomesOf(ada)).toEqual(expect.arrayContaining(['succeeded', 'otp_wrong', 'otp_wrong']))
})

test('of forty guesses at once, each with the right password, no more than five are answered', async () => {
  const ada = await protectedPerson()
  const right = ada.codeAt(0)
  const guesses = Array.from({ length: 40 }, (_, turn) => String(100_000 + turn)).filter((guess) => guess !== right)
  const codes = await Promise.all(guesses.map((guess) => codeOf(signIn(ada, guess))))
  expect(codes.filter((code) => code === 'user.otp_wrong')).toHaveLength(5)
  expect(await codeOf(signIn(ada, right))).toBe('user.locked')
})

test('wrong codes and wrong passwords count together, and a right password forgives no wrong code', async () => {
  const ada = await protectedPerson()
  for (const otp of ['000000', '111111', 'ABCD-EFGH-IJKL-MNOP', 'x']) {
    expect(await codeOf(signIn(ada, otp))).toBe('user.otp_wrong')
    expect(await codeOf(signIn(ada))).toBe('user.otp_required')
  }
  expect(await codeOf(app.signIn(ada.email, 'wrong'))).toBe('user.credentials_wrong')
  const { status, body, headers } = await signIn(ada, ada.codeAt(0))
  expect([status, body.code]).toEqual([429, 'user.locked'])
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(800)
  // another range is not locked
  expect((await signIn(ada, ada.codeAt(0), '198.51.100.7')).status).toBe(200)
  const outcomes = await outcomesOf(ada)
  expect(outcomes.filter((outcome) => outcome === 'otp_wrong')).toHaveLength(4)
  expect(outcomes.filter((outcome) => outcome === 'otp_required')).toHaveLength(4)
})

test('a right code forgives the wrong ones of its range', async () => {
  const ada = await protectedPerson()
  for (const round of [0, 1]) {
    for (const otp of ['000000', '111111', '222222', '333333']) {
      expect(await codeOf(signIn(ada, otp))).toBe('user.otp_wrong')
    }
    expect((await signIn(ada, ada.codeAt(round))).status).toBe(200)
  }
})

test('a hundred wrong codes lock the account however slowly they come, until a right one', async () => {
  const ada = await protectedPerson()
  await app.service.database.transaction(
    (tx) => tx.sql`update second_factors set wrong_codes = 98 where user_id = ${ada.id}`,
  )
  expect(await codeOf(signIn(ada, '000000'))).toBe('user.otp_wrong')
  app.advance(16)
  expect(await codeOf(signIn(ada, '000000'))).toBe('user.otp_wrong')
  expect(await codeOf(signIn(ada, ada.codeAt(0), '198.51.100.7'))).toBe('user.locked')
  expect((await app.eventsOf(ada.id)).map(({ type }) => type)).toContain('user.locked')
  app.advance(24 * 60 + 1)
  expect((await signIn(ada, ada.codeAt(0))).status).toBe(200)
  expect(await codeOf(signIn(ada, '000000'))).toBe('user.otp_wrong')
  expect((await signIn(ada, ada.codeAt(1))).status).toBe(200)
})

test('a recovery code lets in once, however it is typed, and is stored as a hash', async () => {
  const ada = await protectedPerson()
  const [code = '', second = ''] = ada.recoveryCodes
  expect((await signIn(ada, code.toLowerCase().replaceAll('-', ' '))).status).toBe(200)
  expect(await codeOf(signIn(ada, code))).toBe('user.otp_wrong')
  expect(await statusOf(ada)).toMatchObject({ recoveryCodesLeft: 9 })
  const other = await protectedPerson()
  expect(await codeOf(signIn(other, second))).toBe('user.otp_wrong')
  const rows = await app.service.database.read.sql<{ text: string }>`
    select r::text as text from recovery_codes r union all select f::text from second_factors f`
  const stored = JSON.stringify(rows)
  expect(stored).not.toContain(second.replaceAll('-', ''))
  expect(stored).not.toContain(second)
})

test('keeps its secret encrypted, and out of events and idempotency records', async () => {
  const person = await app.register()
  const { body } = await mfa(person, '/enable', { password: person.password })
  const secret = new URL(body.otpauthUri).searchParams.get('secret') ?? ''
  expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  expect(body.otpauthUri).toContain(`otpauth://totp/Stoa:${encodeURIComponent(person.email)}?`)
  const [factor] = await app.service.database.read.sql<{ secret: Buffer }>`
    select secret from second_factors where user_id = ${person.id}`
  expect(factor?.secret.toString('latin1')).not.toContain(secret)
  const kept = await app.service.database.read.sql`
    select o::text as text from outbox o union all select i::text from idempotency_records i`
  expect(JSON.stringify(kept)).not.toContain(secret)
  expect(JSON.stringify(await app.service.published())).not.toContain(secret)
})

test('a code is not used up by a sign-in that auth cannot open a session for', async () => {
  const ada = await protectedPerson()
  const [recovery = ''] = ada.recoveryCodes
  app.auth.isAway = true
  expect((await signIn(ada, ada.codeAt(0))).status).toBe(503)
  expect((await signIn(ada, recovery)).status).toBe(503)
  app.auth.isAway = false
  expect((await signIn(ada, ada.codeAt(0))).status).toBe(200)
  expect((await signIn(ada, recovery)).status).toBe(200)
})

test('a code for an account without a second factor is refused, after the password', async () => {
  const ada = await app.register()
  const { status, body } = await signIn(ada, '123456')
  expect([status, body.code, body.errors[0]?.pointer]).toEqual([422, 'user.otp_unexpected', '/otp'])
  expect(await codeOf(app.signIn(ada.email, 'wrong', undefined, '123456'))).toBe('user.credentials_wrong')
  expect(await codeOf(app.signIn(`${newId()}@stoa.example`, 'wrong', undefined, '123456'))).toBe(
    'user.credentials_wrong',
  )
  expect(await outcomesOf(ada)).toEqual(['wrong_password', 'otp_unexpected'])
})

test('is enabled with the password alone, and replaces one that is pending', async () => {
  const ada = await app.register()
  expect(await codeOf(mfa(ada, '/enable', { password: 'wrong' }))).toBe('user.credentials_wrong')
  const first = await enabling(ada)
  const second = await enabling(ada)
  expect(await codeOf(mfa(ada, '/verify', { otp: first.codeAt(0) }))).toBe('user.otp_wrong')
  expect(await codeOf(mfa(ada, '/verify', { otp: second.recoveryCodes[0] ?? '' }))).toBe('user.otp_wrong')
  expect((await mfa(ada, '/verify', { otp: second.codeAt(0) })).status).toBe(204)
  expect(await codeOf(mfa(ada, '/verify', { otp: second.codeAt(1) }))).toBe('user.mfa_enabled')
  expect(await codeOf(mfa(ada, '/enable', { password: ada.password }))).toBe('user.mfa_enabled')
})

test('of many enabled at once one is pending, and its app turns it on', async () => {
  const ada = await app.register()
  const all = await Promise.all(Array.from({ length: 5 }, () => enabling(ada)))
  const answers: (string | undefined)[] = []
  for (const { codeAt } of all) {
    app.advance(16)
    answers.push(await codeOf(mfa(ada, '/verify', { otp: codeAt(0) })))
  }
  expect(answers.filter((code) => code === undefined)).toHaveLength(1)
})

test('a pending one waits for its code for a day, and is deleted then', async () => {
  const ada = await enabling(await app.register())
  app.advance(24 * 60 + 1)
  expect(await codeOf(mfa(ada, '/verify', { otp: ada.codeAt(0) }))).toBe('user.mfa_not_enabled')
  await app.run('forget-old-sign-ins')
  const rows = await app.service.database.read.sql`select 1 from second_factors where user_id = ${ada.id}`
  expect(rows).toEqual([])
})

test('is disabled with the password and a code, once', async () => {
  const ada = await protectedPerson()
  const disable = (password: string, otp: string) => mfa(ada, '/disable', { password, otp })
  expect(await codeOf(disable('wrong', ada.codeAt(0)))).toBe('user.credentials_wrong')
  expect(await codeOf(disable(ada.password, '000000'))).toBe('user.otp_wrong')
  expect((await disable(ada.password, ada.recoveryCodes[0] ?? '')).status).toBe(204)
  expect(await codeOf(disable(ada.password, ada.codeAt(0)))).toBe('user.mfa_not_enabled')
  expect((await signIn(ada)).status).toBe(200)
  const types = (await app.eventsOf(ada.id)).map(({ type }) => type)
  expect(types.filter((type) => type.includes('mfa'))).toEqual(['user.mfa_enabled', 'user.mfa_disabled'])
})

test('a password reset does not switch it off', async () => {
  const ada = await protectedPerson()
  const newPassword = 'another fine phrase'
  await resetPassword(app, ada, newPassword)
  const changed = { ...ada, password: newPassword }
  expect(await codeOf(signIn(changed))).toBe('user.otp_required')
  expect((await signIn(changed, ada.codeAt(0))).status).toBe(200)
})

test('only its owner sees and changes it', async () => {
  const ada = await protectedPerson()
  const other = await app.register()
  for (const [action, body] of [
    ['', undefined],
    ['/enable', { password: ada.password }],
    ['/verify', { otp: ada.codeAt(0) }],
    ['/disable', { password: ada.password, otp: ada.codeAt(0) }],
  ] as const) {
    expect((await mfa({ ...ada, caller: other.caller }, action, body)).status).toBe(404)
  }
})

test('is erased with the account', async () => {
  const ada = await protectedPerson()
  const { body: user } = await app.ask('GET', `/api/v1/users/${ada.id}`, { as: ada.caller })
  const headers = { 'if-match': `"${user.version}"` }
  const erased = await app.ask('DELETE', `/api/v1/users/${ada.id}`, { as: ada.caller, headers })
  expect(erased.status).toBe(204)
  const rows = await app.service.database.read.sql`select 1 from second_factors where user_id = ${ada.id}`
  expect(rows).toEqual([])
})

test("auth's sign-in page asks for the code after the password, which alone lets no one in", async () => {
  const ada = await protectedPerson()
  const verify = (more: object) =>
    app.call('VerifyPassword', { email: ada.email, password: ada.password, address: '2001:db8::1', ...more })
  const verifyCode = (otp: string, accountVersion: number) =>
    app.call('VerifyOneTimeCode', { userId: ada.id, accountVersion, otp, address: '2001:db8::1' })
  // a release of auth that knows of no codes
  expect((await verify({})).status).toBe(401)
  const { body: proven } = await verify({ asksForCode: true })
  expect(proven).toMatchObject({ userId: ada.id, codeRequired: true })
  const { accountVersion } = proven as unknown as { accountVersion: number }
  expect((await verifyCode('000000', accountVersion)).status).toBe(401)
  expect((await verifyCode(ada.codeAt(0), accountVersion)).status).toBe(200)
  expect((await verifyCode(ada.codeAt(0), accountVersion)).status).toBe(401)
  const events = await app.eventsOf(ada.id)
  expect(events.filter(({ type }) => type === 'user.authenticated').at(-1)?.data).toMatchObject({
    methods: ['password', 'otp'],
  })
  await app.ask('POST', `/api/v1/users/${ada.id}/password`, {
    as: ada.caller,
    body: { currentPassword: ada.password, newPassword: 'another fine phrase' },
  })
  expect((await verifyCode(ada.codeAt(1), accountVersion)).status).toBe(401)
})

test('a sign-in that was under way when it was switched on is turned away', async () => {
  const ada = await enabling(await app.register())
  app.auth.beforeOpening = async () => {
    app.auth.beforeOpening = undefined
    expect((await mfa(ada, '/verify', { otp: ada.codeAt(0) })).status).toBe(204)
  }
  const { status, body } = await signIn(ada)
  expect([status, body.code]).toEqual([401, 'user.credentials_wrong'])
})
