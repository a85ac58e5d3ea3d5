import { defineConfig } from '@stoa/config'
import { system as shop } from '@stoa/systems/shop'
import { expect, test } from 'vitest'
import { kafkaSettings, installationSettings } from './environment.ts'
import { helmValues } from './helm-values.ts'
import { configuredIn, kubernetesObjects } from './kubernetes-objects.ts'
import type { EnvironmentVariable } from './objects.ts'

const all = await configuredIn(shop)
const objects = kubernetesObjects('shop', all, '1.2.3').flatMap((file) => file.objects)

const secrets: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://role:password@db:5432/name',
  LOG_DATABASE_URL: 'postgres://role:password@db:5432/log',
  SERVICE_SECRETS: 'order=a-secret-of-this-test',
}

/** The value that a process gets in a cluster; optional secrets are not set. */
function valueOf({ name, value, valueFrom }: EnvironmentVariable): string | undefined {
  if (valueFrom?.configMapKeyRef !== undefined) return installationSettings[valueFrom.configMapKeyRef.key]
  if (valueFrom?.fieldRef !== undefined) return '10.244.1.7'
  if (valueFrom?.secretKeyRef?.optional === true) return undefined
  return valueFrom?.secretKeyRef === undefined ? value : (secrets[name] ?? 'a secret that is long enough for all')
}

test.each(all.map((each) => [each.deployment.name, each] as const))(
  '%s accepts its environment in production',
  (name, { deployment, settings }) => {
    const object = objects.find((each) => each.kind === 'Deployment' && each.metadata.name === name)
    const variables = object?.kind === 'Deployment' ? (object.spec.template.spec.containers[0]?.env ?? []) : []
    const environment = Object.fromEntries(variables.map((each) => [each.name, valueOf(each)]))
    const values = defineConfig(name, settings).parse(environment)
    expect(values).toMatchObject({ stoaEnv: 'production', host: '0.0.0.0', port: deployment.port })
  },
)

test('a pod advertises its own address, and only the services trust the network of the pods', () => {
  const environmentOf = (name: string) => {
    const object = objects.find((each) => each.kind === 'Deployment' && each.metadata.name === name)
    const variables = object?.kind === 'Deployment' ? (object.spec.template.spec.containers[0]?.env ?? []) : []
    return new Map(variables.map((each) => [each.name, each.valueFrom]))
  }
  expect(environmentOf('order').get('ADVERTISED_HOST')?.fieldRef?.fieldPath).toBe('status.podIP')
  expect(environmentOf('order').get('TRUSTED_PROXIES')?.configMapKeyRef?.key).toBe('TRUSTED_PROXIES')
  expect(environmentOf('gateway').get('TRUSTED_PROXIES')?.configMapKeyRef?.key).toBe('GATEWAY_TRUSTED_PROXIES')
})

test('files in a bucket need no volume: its address is a setting of the installation, and its access key an optional secret', () => {
  const inBuckets = all.map((each) => ({ ...each, deployment: { ...each.deployment, hasBucket: true } }))
  const withBuckets = kubernetesObjects('shop', inBuckets, '1.2.3').flatMap((file) => file.objects)
  const claims = (of: typeof objects) =>
    of.filter(({ kind }) => kind === 'PersistentVolumeClaim').map(({ metadata }) => metadata.name)
  expect([claims(objects), claims(withBuckets)]).toEqual([['blobs', 'lake'], ['lake']])
  const object = withBuckets.find((each) => each.kind === 'Deployment' && each.metadata.name === 'inventory')
  if (object?.kind !== 'Deployment') throw new Error('inventory is a Deployment')
  const { volumes, containers } = object.spec.template.spec
  expect(volumes).toBeUndefined()
  expect(object.spec.replicas).toBeGreaterThan(1)
  const variables = new Map(containers[0]?.env?.map(({ name, valueFrom }) => [name, valueFrom]))
  expect(variables.has('BLOB_FOLDER')).toBe(false)
  expect(variables.get('S3_URL')?.configMapKeyRef?.key).toBe('S3_URL')
  expect(variables.get('S3_SECRET_ACCESS_KEY')?.secretKeyRef).toMatchObject({
    name: 'inventory-secrets',
    optional: true,
  })
  const settings = withBuckets.find((each) => each.kind === 'ConfigMap')
  expect(settings).toMatchObject({ data: { S3_URL: expect.any(String), AUTH_ISSUER: expect.any(String) } })
})

test('events in Kafka: every service reads its address from the settings of the installation, and accepts what is proposed', () => {
  const inKafka = all.map((each) => ({
    ...each,
    deployment: { ...each.deployment, hasKafka: each.deployment.kind === 'service' },
  }))
  const made = kubernetesObjects('shop', inKafka, '1.2.3').flatMap((file) => file.objects)
  expect(made.find((each) => each.kind === 'ConfigMap')).toMatchObject({ data: kafkaSettings })
  for (const { deployment, settings } of inKafka) {
    const object = made.find((each) => each.kind === 'Deployment' && each.metadata.name === deployment.name)
    if (object?.kind !== 'Deployment') throw new Error(`${deployment.name} is a Deployment`)
    const variables = new Map(object.spec.template.spec.containers[0]?.env.map((each) => [each.name, each.valueFrom]))
    const stated = Object.keys(kafkaSettings).filter((name) => variables.get(name)?.configMapKeyRef?.key === name)
    expect(stated, deployment.name).toEqual(deployment.hasKafka ? Object.keys(kafkaSettings) : [])
    expect(variables.get('KAFKA_PASSWORD')?.secretKeyRef?.optional === true).toBe(deployment.hasKafka)
    for (const [name, value] of Object.entries(kafkaSettings).filter(([each]) => each in settings))
      expect(() =>
        defineConfig(deployment.name, { [name]: settings[name] as never }).parse({ [name]: value }),
      ).not.toThrow()
  }
  expect(helmValues(inKafka, [])).toContain(`KAFKA_BROKERS: ${kafkaSettings['KAFKA_BROKERS']}`)
  expect(helmValues(all, [])).not.toContain('KAFKA')
})
