import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { isRunning, makeStoa, signal, type Stoa } from './stoa-process.ts'

let stoa: Stoa
let bundles = ''

beforeAll(async () => {
  bundles = await mkdtemp(join(tmpdir(), 'stoa-bundles-'))
})
afterAll(() => rm(bundles, { recursive: true, force: true }))

beforeEach(async () => {
  stoa = await makeStoa(bundles)
})
afterEach(() => stoa.discard(), 60_000)

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await delay(100)
}

async function jwksOf(port: number): Promise<unknown> {
  return (await fetch(`http://127.0.0.1:${port}/oauth2/jwks`)).json()
}

test('a service that is killed comes back, a supervisor that is killed leaves nothing but PostgreSQL, which is adopted', async () => {
  const first = stoa.up()
  await first.ready
  const rows = await stoa.ps()
  expect(rows.map(({ service, state }) => [service, state])).toEqual([
    ['postgres', 'ready'],
    ['registry', 'ready'],
    ['auth', 'ready'],
    ['payment', 'ready'],
  ])

  const payment = await stoa.row('payment')
  signal(payment, 'SIGKILL')
  await until(async () => {
    const { pid, state } = await stoa.row('payment')
    return pid !== payment.pid && state === 'ready'
  })

  const postgres = await stoa.row('postgres')
  const auth = await stoa.row('auth')
  const stopped = await stoa.row('payment')
  signal(stopped, 'SIGSTOP')
  signal(first.process, 'SIGKILL')
  await first.ended
  await until(async () => !(await isRunning(auth.pid ?? 0)))
  expect(await isRunning(stopped.pid ?? 0)).toBe(true)
  const second = stoa.up()
  await second.ready
  expect(await isRunning(stopped.pid ?? 0)).toBe(false)
  expect((await stoa.row('postgres')).pid).toBe(postgres.pid)

  expect(await stoa.run('down')).toMatchObject({ code: 0 })
  expect((await second.ended).code).toBe(0)
  expect(await isRunning(postgres.pid ?? 0)).toBe(false)
})

test('Ctrl-C, which npm sends a second time at once, stops everything in order', async () => {
  const running = stoa.up()
  await running.ready
  const rows = await stoa.ps()
  signal(running.process, 'SIGINT')
  signal(running.process, 'SIGINT')
  const { code, err } = await running.ended
  expect({ code, exits: err.split('\n').filter((line) => line.includes(' exited (')) }).toEqual({ code: 0, exits: [] })
  for (const { pid } of rows) expect(await isRunning(pid ?? 0)).toBe(false)
  expect((await stoa.ps()).every(({ state }) => state === 'stopped')).toBe(true)
})

test('a start is given up at the first word, and nothing of it stays', async () => {
  const starting = stoa.up()
  await until(async () => (await stoa.run('down')).out === 'Stopped.\n')
  expect((await starting.ended).code).toBe(130)
  expect((await stoa.ps()).every(({ state }) => state === 'stopped')).toBe(true)
})

test('a start in the background that is interrupted leaves nothing running', async () => {
  const starting = stoa.up({ args: ['--detach', '--only', 'registry', '--ports', 'auto'] })
  const log = join(stoa.home, 'logs', 'supervisor.log')
  await until(async () => (await readFile(log, 'utf8').catch(() => '')).includes('Starting PostgreSQL'))
  signal(starting.process, 'SIGTERM')
  expect((await starting.ended).code).toBe(130)
  expect((await stoa.ps()).every(({ state }) => state === 'stopped')).toBe(true)
})

test('a stopped service is unhealthy, and ends nonetheless', async () => {
  const running = stoa.up({ args: ['--only', 'payment', '--ports', 'auto'] })
  await running.ready
  signal(await stoa.row('payment'), 'SIGSTOP')
  expect((await stoa.row('payment')).state).toBe('unhealthy')
  await stoa.run('down')
  expect((await running.ended).code).toBe(0)
})

test('a service that ends after each start is shown as failing, with its last error', async () => {
  const running = stoa.up({ args: ['--only', 'payment', '--ports', 'auto'] })
  await running.ready
  for (let end = 1; end <= 3; end++) {
    const before = await stoa.row('payment')
    signal(before, 'SIGKILL')
    await until(async () => {
      const { pid, state } = await stoa.row('payment')
      return state === 'ready' && pid !== before.pid
    })
  }
  expect((await stoa.run('ps')).out).toMatch(/^payment .* failing \(3 starts\): it exited \(SIGKILL\)$/m)
  expect(await stoa.row('payment')).toMatchObject({ failing: { starts: 3, error: 'it exited (SIGKILL)' } })
  await stoa.run('down')
  expect((await running.ended).code).toBe(0)
})

test('a second supervisor on the same folder is refused in one sentence', async () => {
  const running = stoa.up({ args: ['--only', 'registry', '--ports', 'auto'] })
  await running.ready
  const { code, err } = await stoa.up().ended
  expect(code).toBe(1)
  expect(err).toBe(
    `Stoa is already running in ${stoa.home}: stop it with "npm run stoa -- down", or use another folder with --data\n`,
  )
})

test('a wrong setting stops the start with its name, its value and what was expected, and leaves nothing running', async () => {
  const { code, err } = await stoa.up({ env: { PAYMENT_LOG_LEVEL: 'loud' } }).ended
  expect(code).toBe(1)
  expect(err).toContain('PAYMENT_LOG_LEVEL is "loud", expected one of debug, info, warn, error, silent')
  expect(err).not.toContain('    at ')
  expect((await stoa.ps()).every(({ state }) => state === 'stopped')).toBe(true)
})

test('a taken port is named with the service that wants it and the program that has it', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const { code, err } = await stoa.up({ env: { PAYMENT_PORT: String(port) } }).ended
  taken.close()
  expect(code).toBe(1)
  expect(err).toContain(`${port} (payment), held by `)
  expect(err).toContain(`(pid ${process.pid})`)
  expect(err).toContain('--ports auto')
})

test('restore refuses an archive that is not there, and a backup that leads out of its folder', async () => {
  const backup = join(stoa.home, 'backup')
  await mkdir(backup)
  const write = (more: object) =>
    writeFile(
      join(backup, 'backup.json'),
      JSON.stringify({ format: 1, endedAt: '2026-01-31T12:00:00Z', files: [], ...more }),
    )
  await write({})
  const missing = await stoa.run('restore', backup, '--archive', 'no-such-archive', '--to', 'latest')
  expect([missing.code, missing.out]).toEqual([1, ''])
  expect(missing.err).toContain(`there is no archive in ${resolve('no-such-archive')}: `)
  await write({ files: [{ path: 'cluster/../password' }] })
  const traversal = await stoa.run('restore', backup, '--check')
  expect([traversal.code, traversal.out]).toEqual([1, ''])
  expect(traversal.err).toContain('lists cluster/../password, which cannot be part of a backup')
})

test('reset on a running system keeps the signing keys, or all but the data of a service, and is ready again when it returns', async () => {
  const running = stoa.up()
  await running.ready
  const auth = await stoa.row('auth')
  const before = await jwksOf(auth.port)
  expect(await stoa.run('reset')).toMatchObject({ code: 2 })
  expect(await stoa.run('reset', '--yes')).toMatchObject({ code: 0 })
  expect((await stoa.ps()).map(({ state }) => state)).toEqual(['ready', 'ready', 'ready', 'ready'])
  expect((await stoa.row('auth')).pid).not.toBe(auth.pid)
  expect(await jwksOf(auth.port)).toEqual(before)

  const tables = async () => {
    const found = ['auth', 'payment'].map((service) =>
      stoa.run('sql', service, "select to_regclass('left_over') as found"),
    )
    return (await Promise.all(found)).map(({ out }) => out.includes('left_over'))
  }
  for (const service of ['auth', 'payment'])
    expect(await stoa.run('sql', service, 'create table left_over ()', '--write')).toMatchObject({ code: 0 })
  const unknown = await stoa.run('reset', 'paymnt', '--yes')
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('no service paymnt with a database here')])
  expect(await tables()).toEqual([true, true])
  expect(await stoa.run('reset', 'payment', '--yes')).toMatchObject({ code: 0 })
  expect((await stoa.ps()).map(({ state }) => state)).toEqual(['ready', 'ready', 'ready', 'ready'])
  expect(await tables()).toEqual([true, false])
})

test('up --detach returns when all is ready, restart rolls over the replicas of a service, logs are kept', async () => {
  const detached = await stoa.run('up', '-d', '--only', 'auth,payment', '--scale', 'payment=2', '--ports', 'auto')
  expect(detached).toMatchObject({ code: 0 })
  expect(detached.out).toContain('is ready')
  const replicas = async () => (await stoa.ps()).filter(({ service }) => service === 'payment')
  const [first, second] = await replicas()
  expect([first?.instance, second?.instance]).toEqual(['payment-1', 'payment-2'])
  await until(async () => (await listedPids('payment')).length === 2)
  expect(await listedPids('payment')).toEqual([first?.pid, second?.pid].toSorted((a, b) => Number(a) - Number(b)))

  expect(await stoa.run('restart', 'payment-2')).toMatchObject({ code: 0 })
  expect((await replicas()).map(({ pid }) => pid === first?.pid)).toEqual([true, false])

  const seen: number[] = []
  const rolled = { isOver: false }
  const watching = until(async () => {
    seen.push((await listedPids('payment')).length)
    return rolled.isOver
  })
  expect(await stoa.run('restart', 'payment')).toMatchObject({ code: 0 })
  rolled.isOver = true
  await watching
  expect(Math.min(...seen)).toBeGreaterThan(0)
  expect((await replicas()).map(({ pid, state }) => [pid === first?.pid, state])).toEqual([
    [false, 'ready'],
    [false, 'ready'],
  ])

  expect(await stoa.run('restart', 'nothing')).toMatchObject({ code: 1 })
  const { out } = await stoa.run('logs', 'payment', '--grep', 'stopped', '--json')
  expect(out.trimEnd().split('\n')).toHaveLength(3)
  expect(JSON.parse(out.split('\n')[0] ?? '')).toMatchObject({ service: 'payment', message: 'stopped' })
  expect(await stoa.run('down')).toMatchObject({ code: 0, out: 'Stopped.\n' })
})

test('a saved file restarts just the services that import it, which run the TypeScript itself', async () => {
  const running = stoa.up({ args: ['--only', 'auth,payment', '--watch', '--ports', 'auto'] })
  await running.ready
  const payment = await stoa.row('payment')
  const auth = await stoa.row('auth')
  const now = new Date()
  await utimes(new URL('../../services/payment/src/config.ts', import.meta.url), now, now)
  await until(async () => {
    const { pid, state } = await stoa.row('payment')
    return pid !== payment.pid && state === 'ready'
  })
  expect((await stoa.row('auth')).pid).toBe(auth.pid)
  await stoa.run('down')
  const { err } = await running.ended
  expect(err).toMatch(/^payment ready again after \d+\.\d\d s$/m)
})

/** The processes that the registry lists for a service. */
async function listedPids(service: string): Promise<number[]> {
  const { port } = await stoa.row('registry')
  const answer = await fetch(`http://127.0.0.1:${port}/api/services`)
  const { items } = (await answer.json()) as {
    items: { service: string; instances: { metadata: { pid: string } }[] }[]
  }
  return items
    .filter((each) => each.service === service)
    .flatMap(({ instances }) => instances.map(({ metadata }) => Number(metadata.pid)))
    .toSorted((a, b) => a - b)
}
