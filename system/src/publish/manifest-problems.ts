import { callersOf, type Configured } from './connections.ts'
import { selectorOf } from './naming.ts'
import type {
  Container,
  DeploymentObject,
  JobContainer,
  JobObject,
  KubernetesObject,
  NetworkPolicyObject,
} from './objects.ts'

/**
 * What breaks our rules in the objects of a system, each in a sentence: Pod Security "restricted" and more for each container, variables
 * that are not settings, connections that no contract declares, processes that are missing. Empty when all is well.
 */
export function manifestProblems(objects: readonly KubernetesObject[], all: readonly Configured[]): string[] {
  const deployments = objects.filter((each): each is DeploymentObject => each.kind === 'Deployment')
  const jobs = objects.filter((each): each is JobObject => each.kind === 'Job')
  return [
    ...all.flatMap(({ deployment: { name } }) => (reservedNames.has(name) ? [`no process can be named ${name}`] : [])),
    ...missingObjects(objects, all),
    ...deployments.flatMap((each) => [...podProblems(each), ...settingProblems(each, all)]),
    ...deployments.flatMap(({ spec }) => spec.template.spec.containers.flatMap(processProblems)),
    ...jobs.flatMap(podProblems),
    ...migrationProblems(jobs, deployments),
    ...objects.flatMap((each) => (each.kind === 'NetworkPolicy' ? connectionProblems(each, all) : [])),
    ...objects.flatMap((each) => (each.kind === 'ConfigMap' ? unknownKeys(each.data, all) : [])),
  ]
}

// Of files that are not of one process, and of what is named <process>-settings and <process>-secrets but belongs to all.
const reservedNames = new Set([
  'blobs',
  'further',
  'kustomization',
  'lake',
  'migrate',
  'namespace',
  'settings',
  'shared',
])

const perProcess = [
  'Deployment',
  'HorizontalPodAutoscaler',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'Service',
  'ServiceAccount',
] as const

function missingObjects(objects: readonly KubernetesObject[], all: readonly Configured[]): string[] {
  return all.flatMap(({ deployment: { name } }) =>
    perProcess
      .filter((kind) => !objects.some((each) => each.kind === kind && each.metadata.name === name))
      .map((kind) => `${name} has no ${kind}`),
  )
}

function podProblems({ metadata: { name }, spec }: DeploymentObject | JobObject): string[] {
  const pod = spec.template.spec
  const { securityContext: security } = pod
  const faults = [
    [security.runAsNonRoot && security.runAsUser > 0, 'may run as root'],
    [security.seccompProfile.type === 'RuntimeDefault', 'has no seccomp profile'],
    [!pod.automountServiceAccountToken, 'mounts a token of the cluster'],
    [!pod.enableServiceLinks, 'gets the variables of service links, which override settings'],
    [!('topologySpreadConstraints' in pod) || pod.topologySpreadConstraints.length > 0, 'is not spread'],
    [pod.containers.length > 0, 'has no container'],
  ] as const
  return [
    ...faults.flatMap(([isFine, fault]) => (isFine ? [] : [`the pod of ${name} ${fault}`])),
    ...pod.containers.flatMap(containerProblems),
  ]
}

function containerProblems({ name, image, securityContext, resources }: Container | JobContainer): string[] {
  const tag = /:([^:/]+)$/.exec(image)?.[1]
  const faults = [
    [!securityContext.allowPrivilegeEscalation, 'may gain privileges'],
    [securityContext.readOnlyRootFilesystem, 'may write to its root file system'],
    [securityContext.capabilities.drop.includes('ALL'), 'keeps capabilities'],
    [isSet(resources.requests) && isSet(resources.limits), 'has no requests and limits of CPU and memory'],
    [tag !== undefined && tag !== 'latest', 'has an image without a version'],
  ] as const
  return faults.flatMap(([isFine, fault]) => (isFine ? [] : [`the container ${name} ${fault}`]))
}

function processProblems(container: Container): string[] {
  const { name, startupProbe, livenessProbe, readinessProbe } = container
  const ports = new Set(container.ports.map((each) => each.name))
  const faults = [
    [secondsOf(startupProbe) >= longestMigrationSeconds, 'is stopped while it migrates its database'],
    [livenessProbe.httpGet.path === '/health/live' && ports.has(livenessProbe.httpGet.port), 'has no liveness probe'],
    [
      readinessProbe.httpGet.path === '/health/ready' && ports.has(readinessProbe.httpGet.port),
      'has no readiness probe',
    ],
  ] as const
  return faults.flatMap(([isFine, fault]) => (isFine ? [] : [`the container ${name} ${fault}`]))
}

/** A process with MIGRATE=off never starts if no job migrates its database, with the image of the process. */
function migrationProblems(jobs: readonly JobObject[], deployments: readonly DeploymentObject[]): string[] {
  const migrating = jobs.flatMap(({ spec }) => spec.template.spec.containers)
  return deployments.flatMap(({ metadata: { name }, spec }) => {
    const [container] = spec.template.spec.containers
    const waits = container?.env.some((each) => each.name === 'MIGRATE' && each.value === 'off') === true
    const isMigrated = migrating.some(({ image, args }) => image === container?.image && args.includes('--migrate'))
    return waits && !isMigrated ? [`no job migrates the database of ${name}`] : []
  })
}

// With MIGRATE=on, a process migrates its database before it accepts connections.
const longestMigrationSeconds = 600

function secondsOf({ periodSeconds, failureThreshold = 3 }: Container['startupProbe']): number {
  return periodSeconds * failureThreshold
}

function isSet({ cpu, memory }: Container['resources']['limits']): boolean {
  return cpu !== '' && memory !== ''
}

// Read by running-system.ts, before the settings of a process are.
const beforeSettings = new Set(['STOA_SYSTEM'])

function settingProblems({ metadata: { name }, spec }: DeploymentObject, all: readonly Configured[]): string[] {
  const settings = all.find(({ deployment }) => deployment.name === name)?.settings ?? {}
  const variables = spec.template.spec.containers.flatMap(({ env }) => env)
  const given = new Set(variables.map((each) => each.name))
  const unknown = [...given].filter((each) => !(each in settings) && !beforeSettings.has(each))
  const needed = Object.entries(settings).filter(
    ([, { isOptional, default: value }]) => !isOptional && value === undefined,
  )
  const isOpen = ({ name: variable, value }: (typeof variables)[number]) =>
    settings[variable]?.isSecret === true && value !== undefined
  return [
    ...unknown.map((each) => `${name} does not read the variable ${each}`),
    ...needed.flatMap(([each]) => (given.has(each) ? [] : [`${name} needs ${each}, which is not set`])),
    ...variables.filter(isOpen).map((each) => `the secret ${each.name} of ${name} is in the manifest`),
  ]
}

function connectionProblems(policy: NetworkPolicyObject, all: readonly Configured[]): string[] {
  const { name, labels = {} } = policy.metadata
  const callee = all.find(({ deployment }) => deployment.name === name)?.deployment
  if (callee === undefined) return [`there is no process ${name} for its NetworkPolicy`]
  const { podSelector, policyTypes, ingress } = policy.spec
  const system = labels['app.kubernetes.io/part-of'] ?? ''
  const selectsItsPods = isSame(podSelector.matchLabels, selectorOf(system, name)) && policyTypes.includes('Ingress')
  const open = ingress.filter(({ from }) => from === undefined)
  // A peer without labels that this system gives admits any pod.
  const peers = ingress.flatMap(({ from = [] }) => from)
  const admitted = peers.flatMap(({ podSelector: pods }) =>
    pods === undefined ? [] : [pods.matchLabels['app.kubernetes.io/name'] ?? 'any pod'],
  )
  // The gateway admits everyone.
  const callers = callee.kind === 'gateway' ? [] : callersOf(callee, all)
  return [
    ...(selectsItsPods ? [] : [`the NetworkPolicy of ${name} does not select its pods`]),
    ...(open.length > 0 && callee.kind !== 'gateway' ? [`${name} accepts connections from everywhere`] : []),
    ...callers.filter((each) => !admitted.includes(each)).map((each) => `${name} refuses its caller ${each}`),
    ...admitted
      .filter((each) => !callers.includes(each))
      .map((each) => `${name} accepts connections of ${each}, which does not call it`),
  ]
}

function isSame(some: Readonly<Record<string, string>>, others: Readonly<Record<string, string>>): boolean {
  return JSON.stringify(some) === JSON.stringify(others)
}

/** A key of the settings that are shared, which no process reads, alone or as a setting of its own. */
function unknownKeys(data: Readonly<Record<string, string>>, all: readonly Configured[]): string[] {
  const isRead = (key: string) =>
    all.some(({ deployment: { name }, settings }) => {
      const prefix = `${name.toUpperCase().replaceAll('-', '_')}_`
      return key in settings || (key.startsWith(prefix) && key.slice(prefix.length) in settings)
    })
  return Object.keys(data)
    .filter((key) => !isRead(key))
    .map((key) => `no process reads the setting ${key}`)
}
