import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseRoutesFile } from '@stoa/contract/routes-file'
import { system as shop } from '@stoa/systems/shop'
import { expect, onTestFinished, test } from 'vitest'
import { routesFileOf, writeRoutesFile } from './routes-file.ts'

test('the published file is one that a gateway reads: addresses of all services, and routes of those that are named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-publish-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const system = shop.services.filter(({ name }) => name !== 'pricing')
  const file = await routesFileOf({ system, names: ['order', 'pricing'], host: undefined })
  await writeRoutesFile(join(folder, 'routes.json'), file)
  expect(await readdir(folder)).toEqual(['routes.json'])
  const { services } = parseRoutesFile(await readFile(join(folder, 'routes.json'), 'utf8'))
  const of = (name: string) => services.find(({ service }) => service === name)
  expect(of('user')).toEqual({ service: 'user', addresses: ['user:8001'] })
  expect([of('order')?.document?.name, of('order')?.accepted]).toEqual(['order', undefined])
  expect(of('pricing')?.accepted?.paths).toEqual(['/api/v1/pricing'])
  expect(services.map(({ service }) => service)).not.toContain('gateway')
})

test('all services are at the host that is given, and a name without a contract is refused', async () => {
  const { services } = await routesFileOf({ system: shop.services, names: [], host: '10.0.0.7' })
  expect(services.find(({ service }) => service === 'user')?.addresses).toEqual(['10.0.0.7:8001'])
  await expect(routesFileOf({ system: [], names: ['nothing'], host: undefined })).rejects.toThrow('no contract')
})
