import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from '@stoa/config'
import { registryTokenOf } from '@stoa/security'
import { composeOf } from '@stoa/system/publish/compose'
import { configuredIn } from '@stoa/system/publish/kubernetes-objects'
import { system as shop } from '@stoa/systems/shop'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeSecrets } from './make-secrets.ts'
import { parseVariables } from './secret-files.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-secrets-'))
})
afterEach(() => rm(folder, { recursive: true }))

const file = (secret: string) => join(folder, `${secret}.env`)
const read = async (secret: string) => parseVariables(await readFile(file(secret), 'utf8'))

test('with the Compose file and its secrets, every process accepts its environment in production', async () => {
  await makeSecrets(shop, folder, 'postgres')
  const services = new Map(Object.entries((await composeOf(shop)).services))
  const shared = await read('shared-secrets')
  for (const { deployment, settings } of await configuredIn(shop)) {
    const environment = Object.entries(services.get(deployment.name)?.environment ?? {}).map(([name, value]) => [
      name,
      String(value)
        .replace(/\$\{\w+:-([^}]*)\}/, '$1')
        .replace(/\$\{AUTH_ISSUER:\?[^}]*\}/, 'https://shop.example.com'),
    ])
    const all = { ...Object.fromEntries(environment), ...shared, ...(await read(`${deployment.name}-secrets`)) }
    const values = defineConfig(deployment.name, settings).parse(all)
    expect(values).toMatchObject({ stoaEnv: 'production', host: '0.0.0.0', port: deployment.port })
  }
})

test('each service has its own registry token, and only the registry that of the system', async () => {
  await makeSecrets(shop, folder, 'postgres')
  const system = (await read('registry-secrets'))['REGISTRY_TOKEN'] ?? ''
  expect((await read('order-secrets'))['REGISTRY_TOKEN']).toBe(registryTokenOf(system, 'order'))
  const texts = await Promise.all(shop.services.map(({ name }) => readFile(file(`${name}-secrets`), 'utf8')))
  expect(texts.filter((text) => text.includes(system))).toHaveLength(1)
})

test('a second run changes nothing, keeps what an operator wrote, and adds what is missing', async () => {
  const without = { ...shop, services: shop.services.filter(({ name }) => name !== 'support') }
  await makeSecrets(without, folder, 'postgres')
  const before = await read('auth-secrets')
  await writeFile(file('order-secrets'), 'DATABASE_URL=postgres://mine@db/order\nEXTRA=$1 x')
  await writeFile(file('registry-secrets'), 'REGISTRY_TOKEN=the-token-of-before\n')
  await makeSecrets(shop, folder, 'db:6432')
  const order = await read('order-secrets')
  expect(order).toMatchObject({ DATABASE_URL: 'postgres://mine@db/order', EXTRA: '$1 x' })
  expect(order['REGISTRY_TOKEN']).toBe(registryTokenOf('the-token-of-before', 'order'))
  const secret = (await read('support-secrets'))['SERVICE_CLIENT_SECRET'] ?? ''
  expect((await read('auth-secrets'))['SERVICE_SECRETS']).toBe(`${before['SERVICE_SECRETS']},support=${secret}`)
  const contents = async () => Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
  const all = await contents()
  await makeSecrets(shop, folder, 'db:6432')
  expect(await contents()).toEqual(all)
  expect((await stat(file('order-secrets'))).mode & 0o777).toBe(0o600)
})
