import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { system as shop } from '@stoa/systems/shop'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { withBucket } from '../topology.ts'
import { helmFiles } from './helm.ts'
import { configuredIn, kubernetesObjects } from './kubernetes-objects.ts'
import { readVersion } from './kubernetes.ts'

const files = await helmFiles(shop)
const published = kubernetesObjects('shop', await configuredIn(shop), await readVersion())
  .flatMap(({ objects }) => objects)
  .filter(({ kind }) => kind !== 'Namespace')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-helm-'))
  for (const { name, text } of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
})
afterAll(() => rm(folder, { recursive: true }))

const isInstalled = (program: string) => spawnSync(program, ['--help']).status === 0
const lacksHelm = isInstalled('helm') ? false : 'helm is not installed'
// Of PyPI: the schemas of Kubernetes.
const lacksSchemas = isInstalled('kubernetes-validate') ? false : 'kubernetes-validate is not installed'

function run(program: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 100_000_000 })
  return { status, stdout, said: stdout + stderr }
}

/** What Helm makes of the chart with these values. */
function template(...values: readonly string[]) {
  const sets = values.flatMap((each) => ['--set-json', each])
  return run('helm', ['template', 'shop', folder, '--namespace', 'microservices', '--kube-version', '1.30.0', ...sets])
}

interface Rendered {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }
  // Objects of any kind, of which the tests read parts.
  readonly [field: string]: any
}

function rendered(...values: readonly string[]): Rendered[] {
  const { status, stdout, said } = template(...values)
  if (status !== 0) throw new Error(said)
  const documents = parseAllDocuments(stdout).map((each) => each.toJS() as Rendered | null)
  return documents.filter((each) => each !== null)
}

function find(objects: readonly Rendered[], kind: string, name: string): Rendered {
  const found = objects.find((each) => each.kind === kind && each.metadata.name === name)
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`)
  return found
}

test('makes the same text again, with a template for each process', async () => {
  expect(await helmFiles(shop)).toEqual(files)
  const names = files.map(({ name }) => name)
  expect(shop.services.filter(({ name }) => !names.includes(`templates/${name}.yaml`))).toEqual([])
  expect(files.filter(({ text }) => /helmValue|helmLines|GATEWAY_PORT|[&*]a\d/.test(text))).toEqual([])
})

test('with a bucket the chart has no volume for files, and its address is a setting', async () => {
  const made = await helmFiles({ ...shop, services: withBucket(shop.services) })
  const textOf = (name: string, of = made) => of.find((each) => each.name === name)?.text ?? ''
  expect(textOf('templates/blobs.yaml')).toBe('')
  const values = parse(textOf('values.yaml')) as { settings: object; volumes: object }
  expect(values).toMatchObject({ settings: { S3_URL: expect.any(String), S3_REGION: expect.any(String) } })
  expect(Object.keys(values.volumes)).toEqual(['lake'])
  const schema = JSON.parse(textOf('values.schema.json')) as { properties: Record<string, { properties: object }> }
  expect(schema.properties['settings']?.properties).toHaveProperty('S3_URL')
  expect(textOf('templates/inventory.yaml')).toContain('name: S3_URL')
  expect(textOf('templates/inventory.yaml', files)).not.toContain('name: S3_URL')
})

/** A Deployment without the hash of its settings, which only a chart has: new settings mean new pods. */
function withoutHash(object: Rendered): Rendered {
  if (object.kind !== 'Deployment') return object
  const copy = structuredClone(object)
  const { annotations } = copy['spec'].template.metadata
  if (!/^\w{64}$/.test(annotations['checksum/settings'])) throw new Error(`${copy.metadata.name} has no hash`)
  delete annotations['checksum/settings']
  if (Object.keys(annotations).length === 0) delete copy['spec'].template.metadata.annotations
  return copy
}

test('helm lint finds nothing', ({ skip }) => {
  if (lacksHelm) skip(lacksHelm)
  expect(run('helm', ['lint', '--strict', folder])).toMatchObject({ status: 0 })
})

const annotationsOfHelm: Readonly<Record<string, object>> = {
  // An uninstall does not delete what is stored.
  PersistentVolumeClaim: { 'helm.sh/resource-policy': 'keep' },
  // Before the roll-out, and again in each.
  Job: { 'helm.sh/hook': 'pre-install,pre-upgrade', 'helm.sh/hook-delete-policy': 'before-hook-creation' },
}

test('with the default values, the chart is what stoa publish kubernetes writes', ({ skip }) => {
  if (lacksHelm) skip(lacksHelm)
  const objects = rendered()
  const kindAndName = ({ kind, metadata }: { kind: string; metadata: { name: string } }) => `${kind} ${metadata.name}`
  expect(objects.map(kindAndName).toSorted()).toEqual(published.map(kindAndName).toSorted())
  for (const expected of published) {
    const object = withoutHash(find(objects, expected.kind, expected.metadata.name))
    const { annotations, ...metadata } = object.metadata
    const { annotations: published, ...expectedMetadata } = expected.metadata
    const ofHelm = annotationsOfHelm[object.kind]
    expect(annotations).toEqual(ofHelm === undefined ? published : { ...published, ...ofHelm })
    expect({ ...object, metadata }).toEqual({ ...expected, metadata: expectedMetadata })
  }
})

const order = (objects: readonly Rendered[]) => find(objects, 'Deployment', 'order')['spec'].template.spec.containers[0]
const isOf = (name: string) => (each: { readonly name: string }) => each.name === name
const checksum = (objects: readonly Rendered[]) =>
  find(objects, 'Deployment', 'order')['spec'].template.metadata.annotations['checksum/settings']
const kinds = (objects: readonly Rendered[], kind: string) => objects.filter((each) => each.kind === kind)

test.for<[string, string[], (objects: readonly Rendered[]) => unknown, unknown]>([
  [
    'image',
    ['image={"registry":"registry.example.com/stoa","tag":"1.2.3"}', 'services.user.tag="1.2.4"'],
    (objects) => [order(objects).image, find(objects, 'Deployment', 'user')['spec'].template.spec.containers[0].image],
    ['registry.example.com/stoa/order:1.2.3', 'registry.example.com/stoa/user:1.2.4'],
  ],
  [
    'imagePullSecrets',
    ['imagePullSecrets=["pull"]'],
    (objects) => find(objects, 'Deployment', 'order')['spec'].template.spec.imagePullSecrets,
    [{ name: 'pull' }],
  ],
  [
    'settings',
    ['settings.AUTH_ISSUER="https://shop.mine.example"'],
    (objects) => find(objects, 'ConfigMap', 'settings')['data'].AUTH_ISSUER,
    'https://shop.mine.example',
  ],
  [
    'settings of all and of one',
    ['furtherSettings.LOG_LEVEL="warn"', 'services.order.settings.LOG_LEVEL="debug"'],
    (objects) => ['further-settings', 'order-settings'].map((name) => find(objects, 'ConfigMap', name)['data']),
    [{ LOG_LEVEL: 'warn' }, { LOG_LEVEL: 'debug' }],
  ],
  [
    'resources',
    ['resources.limits.cpu="1"', 'services.order.resources={"limits":{"memory":"2Gi"}}'],
    (objects) => order(objects).resources,
    { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '1', memory: '2Gi' } },
  ],
  [
    'scaling',
    ['services.order={"min":4,"max":20,"cpuPercent":70}'],
    (objects) => {
      const { minReplicas, maxReplicas, metrics } = find(objects, 'HorizontalPodAutoscaler', 'order')['spec']
      const { replicas } = find(objects, 'Deployment', 'order')['spec']
      return [replicas, minReplicas, maxReplicas, metrics[0].resource.target.averageUtilization]
    },
    [4, 4, 20, 70],
  ],
  ['no autoscaler', ['autoscaling="none"'], (objects) => kinds(objects, 'HorizontalPodAutoscaler'), []],
  [
    'KEDA, by the lag of what a service consumes',
    ['autoscaling="keda"'],
    (objects) => [
      kinds(objects, 'HorizontalPodAutoscaler').length,
      kinds(objects, 'ScaledObject').length,
      ...['order', 'registry'].map((name) => find(objects, 'ScaledObject', name)['spec'].triggers.length),
    ],
    [0, shop.services.length, 2, 1],
  ],
  [
    'migrations as a job, with the images of the processes',
    ['services.order.tag="1.2.4"'],
    (objects) => [
      find(objects, 'Job', 'migrate')['spec'].template.spec.containers.find(isOf('order')).image,
      order(objects).env.find(isOf('MIGRATE')).value,
    ],
    ['stoa/order:1.2.4', 'off'],
  ],
  [
    'migrations by the processes',
    ['migrationJob=false'],
    (objects) => [kinds(objects, 'Job'), order(objects).env.find(isOf('MIGRATE')).value],
    [[], 'on'],
  ],
  ['no policies', ['networkPolicies=false'], (objects) => kinds(objects, 'NetworkPolicy'), []],
  [
    'the namespace of the monitoring',
    ['monitoringNamespace="observing"'],
    (objects) => find(objects, 'NetworkPolicy', 'gateway')['spec'].ingress[1].from,
    [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'observing' } } }],
  ],
  [
    'volumes',
    ['volumes.lake={"size":"1Ti","storageClass":"shared"}'],
    (objects) => find(objects, 'PersistentVolumeClaim', 'lake')['spec'],
    { accessModes: ['ReadWriteMany'], storageClassName: 'shared', resources: { requests: { storage: '1Ti' } } },
  ],
  [
    'monitors',
    ['serviceMonitor={"enabled":true,"interval":"30s"}'],
    (objects) => [
      kinds(objects, 'ServiceMonitor').length,
      find(objects, 'ServiceMonitor', 'gateway')['spec'].endpoints,
      find(objects, 'Service', 'gateway')['spec'].ports.at(-1),
    ],
    [
      shop.services.length,
      [{ port: 'metrics', path: '/metrics', interval: '30s' }],
      { name: 'metrics', port: 9090, targetPort: 'admin' },
    ],
  ],
  [
    'an Ingress',
    [
      'ingress={"enabled":true,"host":"shop.mine.example","className":"nginx","tlsSecret":"tls","annotations":{"a":"b"}}',
    ],
    (objects) => {
      const { metadata, spec } = find(objects, 'Ingress', 'gateway')
      return [metadata.annotations, spec.ingressClassName, spec.tls, spec.rules[0].host]
    },
    [{ a: 'b' }, 'nginx', [{ hosts: ['shop.mine.example'], secretName: 'tls' }], 'shop.mine.example'],
  ],
  [
    'a route of the Gateway API',
    ['gatewayApi={"enabled":true,"host":"shop.mine.example","gateway":"public","gatewayNamespace":"doors"}'],
    (objects) => find(objects, 'HTTPRoute', 'gateway')['spec'],
    {
      parentRefs: [{ name: 'public', namespace: 'doors' }],
      hostnames: ['shop.mine.example'],
      rules: [{ backendRefs: [{ name: 'gateway', port: 8080 }] }],
    },
  ],
])('a value changes what it says: %s', ([, values, read, expected], { skip }) => {
  if (lacksHelm) skip(lacksHelm)
  expect(read(rendered(...values))).toEqual(expected)
})

test('pods are replaced when a setting of theirs changes, and only then', ({ skip }) => {
  if (lacksHelm) skip(lacksHelm)
  const before = checksum(rendered())
  expect(checksum(rendered('services.user.settings.LOG_LEVEL="debug"'))).toBe(before)
  expect(checksum(rendered('services.order.settings.LOG_LEVEL="debug"'))).not.toBe(before)
  expect(checksum(rendered('settings.AUTH_ISSUER="https://shop.mine.example"'))).not.toBe(before)
})

test.for<[string, string, string]>([
  ['a name that no template reads', 'replicas=3', 'replicas'],
  ['a process that the system does not have', 'services.ordr={"min":1,"max":2,"cpuPercent":60}', 'ordr'],
  ['a setting that the process does not read', 'services.order.settings.LOG_LEVL="debug"', 'LOG_LEVL'],
  ['a setting that the manifests fix', 'furtherSettings.PORT="1"', 'PORT'],
  ['a secret among the settings', 'services.order.settings.DATABASE_URL="postgres://a:b@c/d"', 'DATABASE_URL'],
  ['a number of another form', 'services.order.min="three"', 'min'],
  ['an autoscaler that does not exist', 'autoscaling="vpa"', 'autoscaling'],
  ['a door without a host', 'ingress.enabled=true', 'ingress.host is missing'],
])('refuses %s', ([, value, expected], { skip }) => {
  if (lacksHelm) skip(lacksHelm)
  const { status, said } = template(value)
  expect(status).not.toBe(0)
  expect(said).toContain(expected)
})

test('the chart with all that Kubernetes itself knows keeps its schemas, and a field of another name does not', async ({
  skip,
}) => {
  if (lacksHelm) skip(lacksHelm)
  if (lacksSchemas) skip(lacksSchemas)
  const { stdout } = template('ingress={"enabled":true,"host":"shop.mine.example"}', 'furtherSettings.LOG_LEVEL="warn"')
  const validate = async (text: string) => {
    const file = join(folder, 'rendered.yaml')
    await writeFile(file, text)
    return run('kubernetes-validate', ['--strict', '--quiet', '-k', '1.30', file])
  }
  expect(await validate(stdout)).toMatchObject({ status: 0 })
  expect((await validate(stdout.replace('maxUnavailable: 1', 'maxUnavailabel: 1'))).status).not.toBe(0)
})
