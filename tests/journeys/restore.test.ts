import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, cp, mkdtemp, readdir, readFile, rm, stat, symlink, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { manifestName } from '@stoa/supervisor/backup/manifest'
import { systemEnvironment } from '../config.ts'
import { pixel } from '../requests/uploads.ts'
import { ask, command, newCustomer, orderOf, place, signIn, type Answer } from './shop.ts'
import { system } from './system.ts'

const run = promisify(execFile)
const executable = fileURLToPath(new URL('../../stoa', import.meta.url))
const withoutNotification = 'auth,user,inventory,pricing,order,payment,shipping,gateway'
let folder = ''
let home = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-restore-'))
  await chmod(folder, 0o755)
  home = join(folder, 'home')
})
afterAll(async () => {
  await restored('down')
  await rm(folder, { recursive: true, force: true })
})

/** The stoa command over a system of its own. */
async function restored(...args: string[]): Promise<string> {
  const { stdout } = await run(executable, args, { env: systemEnvironment(home), maxBuffer: 2 ** 26 })
  return stdout
}

/** A copy of the archive of a backup, with its latest segment cut off. */
async function damagedArchive(backup: string): Promise<string> {
  const { archive } = JSON.parse(await readFile(join(backup, manifestName), 'utf8')) as { archive: string }
  const copy = join(folder, 'damaged')
  await cp(archive, copy, { recursive: true })
  await run('chown', ['-R', '--reference', archive, copy])
  const segments = (await readdir(copy)).filter((name) => /^[0-9A-F]{24}\.gz$/.test(name))
  const latest = join(copy, segments.toSorted().at(-1) ?? '')
  await truncate(latest, Math.floor((await stat(latest)).size / 2))
  return copy
}

/** Adds an image to a product; returns its path. */
async function addImage(): Promise<string> {
  const { body: products } = await ask('GET', '/api/v1/products?limit=1')
  const response = await fetch(`${system.gatewayUrl}/api/v1/products/${products.items[0].id}/images`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await signIn('staff@stoa.example')}`, 'content-type': 'image/png' },
    body: new Uint8Array(pixel),
  })
  expect(response.status).toBe(201)
  return ((await response.json()) as { readonly path: string }).path
}

test('a running system is restored to a moment: orders placed before it are there, later ones are not, and it takes more', async () => {
  const backup = join(folder, 'backup')
  const image = await addImage()
  const taken = await command('backup', backup, '--json')
  expect(taken.code).toBe(0)
  expect(JSON.parse(taken.out).files).toBeGreaterThan(1_000)
  const customer = await newCustomer()
  const { body: before } = await place(customer)
  const moment = Temporal.Now.instant().toString()
  const { body: after } = await place(customer)
  expect([before.status, after.status]).toEqual(['confirmed', 'confirmed'])
  expect((await command('archive', 'now')).code).toBe(0)
  await expect(
    restored('restore', backup, '--to', 'latest', '--archive', await damagedArchive(backup)),
  ).rejects.toThrow('of the archived log cannot be read')
  expect(await command('restore', backup, '--to', moment)).toMatchObject({
    code: 2,
    err: expect.stringContaining('--yes'),
  })

  expect(await restored('restore', backup, '--to', moment)).toContain('Restored')
  await symlink(join(system.home, 'bundles'), join(home, 'bundles')).catch(async () => {
    await rm(join(home, 'bundles'), { recursive: true })
    await symlink(join(system.home, 'bundles'), join(home, 'bundles'))
  })
  await restored('up', '--detach', '--ports', 'auto', '--only', withoutNotification)
  const gateway = (await restored('open')).trim().replace('/api/v1/products', '')
  const token = (await restored('token', '--user', 'staff@stoa.example')).trim()
  const askRestored = async (path: string, as = token, body?: object): Promise<Answer> => {
    const headers = {
      authorization: `Bearer ${as}`,
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'idempotency-key': randomUUID(), prefer: 'wait=10' }),
    }
    const request = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await fetch(gateway + path, request)
    return { status: response.status, body: await response.json(), headers: response.headers }
  }
  expect((await askRestored(`/api/v1/orders/${before.id}`)).body).toMatchObject({ id: before.id, total: before.total })
  expect((await askRestored(`/api/v1/payments?orderId=${before.id}`)).body.items).toMatchObject([
    { status: 'captured' },
  ])
  expect((await askRestored(`/api/v1/orders/${after.id}`)).status).toBe(404)
  expect((await askRestored(`/api/v1/payments?orderId=${after.id}`)).body.items).toEqual([])
  expect(Buffer.from(await (await fetch(gateway + image)).arrayBuffer()).equals(pixel)).toBe(true)
  const ada = (await restored('token', '--user', 'ada@stoa.example')).trim()
  const { body: methods } = await askRestored('/api/v1/payment-methods', ada)
  const visa = methods.items.find(({ label }: { label: string }) => label === 'tok_visa').id as string
  expect((await askRestored('/api/v1/orders', ada, orderOf(visa))).body.status).toBe('confirmed')
})
