import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { system as shop } from '@stoa/systems/shop'
import { Check } from 'typebox/schema'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { withBucket } from '../topology.ts'
import { composeFiles } from './compose.ts'

const files = await composeFiles(shop)
const textOf = (name: string, of = files) => of.find((each) => each.name === name)?.text ?? ''

interface Compose {
  readonly services: Readonly<Record<string, any>>
  readonly volumes: object
}
const compose = parse(textOf('compose.yaml')) as Compose
const ours = Object.entries(compose.services)

// Of compose-go 2.16.2 (Apache-2.0), which Docker Compose reads its files with.
const schema = JSON.parse(await readFile(join(import.meta.dirname, 'compose-spec.json'), 'utf8')) as object

const migrated = shop.services.filter(({ hasDatabase }) => hasDatabase).map(({ name }) => name)

test('makes the same text again, with a container for each process, its migrations, PostgreSQL and its databases', async () => {
  expect(await composeFiles(shop)).toEqual(files)
  const migrations = migrated.map((name) => `migrate-${name}`)
  expect(Object.keys(compose.services).toSorted()).toEqual(
    ['databases', 'postgres', ...migrations, ...shop.services.map(({ name }) => name)].toSorted(),
  )
})

test.each(migrated)('%s starts once a container of its image has migrated its databases', (name) => {
  const { image, environment, depends_on: needs } = compose.services[name]
  expect(needs).toEqual({ [`migrate-${name}`]: { condition: 'service_completed_successfully' } })
  expect(environment.MIGRATE).toBe('off')
  expect(compose.services[`migrate-${name}`]).toMatchObject({
    image,
    command: ['--migrate'],
    restart: 'on-failure:6',
    depends_on: { databases: { condition: 'service_completed_successfully' } },
    env_file: [expect.objectContaining({ path: '${SECRETS:-./secrets}/' + `${name}-secrets.env` })],
  })
})

test('keeps the schema of Compose, and a field of another name or type does not', () => {
  expect(Check(schema, compose)).toBe(true)
  const withOrder = (fields: object) => ({
    ...compose,
    services: { ...compose.services, order: { ...compose.services['order'], ...fields } },
  })
  expect(Check(schema, withOrder({ read_onyl: true }))).toBe(false)
  expect(Check(schema, withOrder({ healthcheck: { interval: 30 } }))).toBe(false)
  expect(Check(schema, withOrder({ env_file: [{ required: true }] }))).toBe(false)
})

test.each(ours)('%s runs without root, privileges, or a file system that it can write to', (_, service) => {
  expect(service).toMatchObject({
    user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    image: expect.not.stringMatching(/:(latest|\$\{TAG:-latest\})$/),
  })
})

const staying = ours.filter(([name]) => name !== 'databases' && !name.startsWith('migrate-'))

test.each(staying)('%s has a health check', (_, { healthcheck }) => {
  expect(healthcheck.test[0]).toBe('CMD')
})

test('secrets are in files that the repository does not have, and no text contains one', () => {
  for (const { name, settings: variables } of shop.services.map(({ name }) => ({
    name,
    settings: compose.services[name].environment as Record<string, string>,
  })))
    expect(
      Object.keys(variables).filter((each) => /SECRET|TOKEN|PASSWORD|DATABASE_URL/.test(each)),
      name,
    ).toEqual([])
  expect(compose.services['order'].env_file.map(({ path, required }: any) => [path, required])).toEqual([
    ['./further-settings.env', false],
    ['./order-settings.env', false],
    ['${SECRETS:-./secrets}/order-secrets.env', true],
    ['${SECRETS:-./secrets}/shared-secrets.env', true],
  ])
})

test('only the gateway can be reached from outside, and it alone does not reach PostgreSQL', () => {
  const withPorts = ours.filter(([, { ports }]) => ports !== undefined)
  expect(withPorts.map(([name, { ports }]) => [name, ports])).toEqual([
    ['gateway', ['${PUBLISHED:-127.0.0.1:8080}:8080']],
  ])
  const withoutDatabase = ours.filter(([, { networks = [] }]) => !networks.includes('database'))
  expect(withoutDatabase.map(([name]) => name)).toEqual(['gateway'])
})

test('the values of Kubernetes are those of Compose: probe, limits, stop, volumes', () => {
  const { healthcheck, deploy, stop_grace_period: stop } = compose.services['order']
  expect(healthcheck.test[3]).toContain("fetch('http://127.0.0.1:8002/health/ready')")
  expect(deploy.resources.limits).toEqual({ cpus: '0.5', memory: '1gb' })
  expect(stop).toBe('30s')
  expect(compose.services['inventory'].volumes).toEqual(['blobs:/blobs'])
  expect(Object.keys(compose.volumes)).toEqual(['postgres', 'blobs', 'lake'])
})

test('with a bucket there is no volume for files, and its address must be given', async () => {
  const { services, volumes } = parse(
    textOf('compose.yaml', await composeFiles({ ...shop, services: withBucket(shop.services) })),
  ) as Compose
  expect(Object.keys(volumes)).toEqual(['postgres', 'lake'])
  expect(services['inventory'].volumes).toBeUndefined()
  expect(services['inventory'].environment.S3_URL).toMatch(/^\$\{S3_URL:\?/)
})

test('the script makes a role and a database for each service that has one, and for the event log', () => {
  const made = [...textOf('databases.sql').matchAll(/'create database (\w+) owner \1 /g)].map(([, name]) => name)
  const names = shop.services
    .filter(({ hasDatabase }) => hasDatabase)
    .map(({ name }) => `stoa_${name.replaceAll('-', '_')}`)
  expect(made).toEqual([...names, 'stoa_event_log'])
})
