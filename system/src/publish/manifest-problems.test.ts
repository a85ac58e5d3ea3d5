import { system as shop } from '@stoa/systems/shop'
import { describe, expect, test } from 'vitest'
import { configuredIn, kubernetesObjects } from './kubernetes-objects.ts'
import { kubernetesFiles } from './kubernetes.ts'
import { manifestProblems } from './manifest-problems.ts'
import type {
  Container,
  DeploymentObject,
  JobContainer,
  KubernetesObject,
  NetworkPolicyObject,
  PodSpec,
} from './objects.ts'

const all = await configuredIn(shop)
const objects = kubernetesObjects('shop', all, '1.2.3').flatMap((file) => file.objects)

/** What is wrong once the object of a kind that belongs to order is changed. */
function problemsWith<Changed extends KubernetesObject>(
  kind: Changed['kind'],
  change: (before: Changed) => KubernetesObject | undefined,
): string[] {
  const changed = objects.flatMap((each) => {
    if (each.kind !== kind || each.metadata.name !== 'order') return [each]
    const after = change(each as Changed)
    return after === undefined ? [] : [after]
  })
  return manifestProblems(changed, all)
}

function withPod(change: Partial<PodSpec>): string[] {
  return problemsWith<DeploymentObject>('Deployment', ({ spec, ...rest }) => {
    const { template } = spec
    return { ...rest, spec: { ...spec, template: { ...template, spec: { ...template.spec, ...change } } } }
  })
}

const pod = objects.find(
  (each): each is DeploymentObject => each.kind === 'Deployment' && each.metadata.name === 'order',
)?.spec.template.spec as PodSpec
const [container] = pod.containers as readonly [Container]
const withContainer = (change: Partial<Container>) => withPod({ containers: [{ ...container, ...change }] })
const withPolicy = (ingress: NetworkPolicyObject['spec']['ingress']) =>
  problemsWith<NetworkPolicyObject>('NetworkPolicy', ({ spec, ...rest }) => ({ ...rest, spec: { ...spec, ingress } }))
const ingressFrom = (...names: readonly string[]) => [
  {
    from: names.map((name) => ({ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } })),
    ports: [{ protocol: 'TCP', port: 8002 }],
  },
]

test('the manifests of the shop keep every rule', () => {
  expect(manifestProblems(objects, all)).toEqual([])
})

test.each(['settings', 'shared', 'lake'])(
  'refuses a process named %s, whose files and secrets would be those of all',
  (name) => {
    const [first, ...others] = all
    if (first === undefined) throw new Error('the shop has no process')
    const named = [{ ...first, deployment: { ...first.deployment, name } }, ...others]
    const made = kubernetesObjects('shop', named, '1.2.3').flatMap((file) => file.objects)
    expect(manifestProblems(made, named)).toContain(`no process can be named ${name}`)
  },
)

test('makes the same text again, without anchors', async () => {
  const files = await kubernetesFiles(shop)
  expect(await kubernetesFiles(shop)).toEqual(files)
  expect(files.filter(({ text }) => /[&*]a\d/.test(text))).toEqual([])
  expect(files.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['kustomization.yaml', 'order.yaml', 'lake.yaml']),
  )
})

const { securityContext } = container
const security = pod.securityContext
const env = (name: string, value?: string) => [
  ...container.env.filter((each) => each.name !== name),
  ...(value === undefined ? [] : [{ name, value }]),
]

describe.each<[string, () => string[], string]>([
  ['a root user', () => withPod({ securityContext: { ...security, runAsUser: 0 } }), 'may run as root'],
  ['runAsNonRoot', () => withPod({ securityContext: { ...security, runAsNonRoot: false } }), 'may run as root'],
  [
    'no seccomp profile',
    () => withPod({ securityContext: { ...security, seccompProfile: { type: 'Unconfined' } } }),
    'has no seccomp profile',
  ],
  ['a token', () => withPod({ automountServiceAccountToken: true }), 'mounts a token of the cluster'],
  ['service links', () => withPod({ enableServiceLinks: true }), 'variables of service links'],
  ['no spread', () => withPod({ topologySpreadConstraints: [] }), 'is not spread'],
  [
    'no time to migrate',
    () => withContainer({ startupProbe: { ...container.startupProbe, failureThreshold: 3 } }),
    'is stopped while it migrates its database',
  ],
  ['no container', () => withPod({ containers: [] }), 'has no container'],
  [
    'privilege escalation',
    () => withContainer({ securityContext: { ...securityContext, allowPrivilegeEscalation: true } }),
    'may gain privileges',
  ],
  [
    'a writable root',
    () => withContainer({ securityContext: { ...securityContext, readOnlyRootFilesystem: false } }),
    'may write to its root file system',
  ],
  [
    'capabilities',
    () => withContainer({ securityContext: { ...securityContext, capabilities: { drop: ['NET_RAW'] } } }),
    'keeps capabilities',
  ],
  [
    'no limit of memory',
    () => withContainer({ resources: { ...container.resources, limits: { cpu: '1', memory: '' } } }),
    'has no requests and limits',
  ],
  [
    'a probe of another path',
    () => withContainer({ livenessProbe: { ...container.livenessProbe, httpGet: { path: '/', port: 'http' } } }),
    'has no liveness probe',
  ],
  [
    'a probe of another port',
    () =>
      withContainer({
        readinessProbe: { ...container.readinessProbe, httpGet: { path: '/health/ready', port: 'admin' } },
      }),
    'has no readiness probe',
  ],
  ['the tag latest', () => withContainer({ image: 'stoa/order:latest' }), 'has an image without a version'],
  ['no tag', () => withContainer({ image: 'registry:5000/order' }), 'has an image without a version'],
  ['an unknown variable', () => withContainer({ env: env('ORDR', '1') }), 'order does not read the variable ORDR'],
  ['a missing setting', () => withContainer({ env: env('DATABASE_URL') }), 'order needs DATABASE_URL'],
  [
    'a secret in the text',
    () => withContainer({ env: env('DATABASE_URL', 'postgres://a:b@c/d') }),
    'the secret DATABASE_URL of order is in the manifest',
  ],
  [
    'an undeclared caller',
    () =>
      withPolicy(ingressFrom('billing', 'gateway', 'inventory', 'payment', 'registry', 'support', 'user', 'search')),
    'order accepts connections of search, which does not call it',
  ],
  [
    'a caller that is left out',
    () => withPolicy(ingressFrom('billing', 'gateway', 'inventory', 'registry', 'support', 'user')),
    'order refuses its caller payment',
  ],
  [
    'an open port',
    () => withPolicy([{ ports: [{ protocol: 'TCP', port: 8002 }] }]),
    'order accepts connections from everywhere',
  ],
  ['no Service', () => problemsWith('Service', () => undefined), 'order has no Service'],
  ['no NetworkPolicy', () => problemsWith('NetworkPolicy', () => undefined), 'order has no NetworkPolicy'],
])('with %s', (_, problems, expected) => {
  test('the rule fails', () => {
    expect(problems().join('\n')).toContain(expected)
  })
})

const withJob = (change: (each: JobContainer) => JobContainer | undefined) =>
  manifestProblems(
    objects.map((each) => {
      if (each.kind !== 'Job') return each
      const { spec } = each
      const containers = spec.template.spec.containers.flatMap((before) => change(before) ?? [])
      const template = { ...spec.template, spec: { ...spec.template.spec, containers } }
      return { ...each, spec: { ...spec, template } }
    }),
    all,
  )
const onlyOrder = (change: Partial<JobContainer>) => (each: JobContainer) =>
  each.name === 'order' ? { ...each, ...change } : each

test.each<[string, (each: JobContainer) => JobContainer | undefined, string]>([
  ['no container', (each) => (each.name === 'order' ? undefined : each), 'no job migrates the database of order'],
  ['the image of another release', onlyOrder({ image: 'stoa/order:1.2.2' }), 'no job migrates the database of order'],
  ['no argument', onlyOrder({ args: [] }), 'no job migrates the database of order'],
  [
    'a writable root',
    onlyOrder({ securityContext: { ...securityContext, readOnlyRootFilesystem: false } }),
    'the container order may write to its root file system',
  ],
])('a job with %s for a process that does not migrate fails', (_, change, expected) => {
  expect(withJob(change)).toEqual([expected])
})

test('a policy for pods of another process fails', () => {
  const problems = problemsWith<NetworkPolicyObject>('NetworkPolicy', ({ spec, ...rest }) => ({
    ...rest,
    spec: { ...spec, podSelector: { matchLabels: { 'app.kubernetes.io/name': 'user' } } },
  }))
  expect(problems).toEqual(['the NetworkPolicy of order does not select its pods'])
})

test('a shared setting that no process reads fails', () => {
  const odd: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'odd' }, data: { ODD: '1' } }
  expect(manifestProblems([...objects, odd], all)).toEqual(['no process reads the setting ODD'])
})
