import { stopTimeMs } from '@stoa/config'
import type { Scaling } from '@stoa/contract'
import type { Deployment } from '../topology.ts'
import { drainTimeoutMs } from './environment.ts'
import { metadataOf, selectorOf, volumesOf } from './naming.ts'
import type { AutoscalerObject, Container, DeploymentObject, EnvironmentVariable, PodSpec } from './objects.ts'

/** A process as a Deployment. */
export interface Workload {
  readonly system: string
  readonly deployment: Deployment
  readonly environment: readonly EnvironmentVariable[]
  readonly scaling: Scaling
  readonly version: string
}

// The account `node` of the image.
const user = 1000
/** Until no Service sends new connections to a pod that is about to stop. */
const preStopSeconds = 5
const marginSeconds = 4
// With MIGRATE=on, a process migrates its database, or waits for the replica that does, before it accepts connections; a migration that is
// killed starts again, so that one longer than this would never end.
const startupSeconds = 1_800
const startupPeriodSeconds = 5

/** The CPU and memory of each process. */
export const usualResources: Container['resources'] = {
  requests: { cpu: '250m', memory: '512Mi' },
  limits: { cpu: '500m', memory: '1Gi' },
}

/** What no pod of ours may do. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  seccompProfile: { type: 'RuntimeDefault' },
} as const

/** What no container of ours may do. */
export const containerSecurity: Container['securityContext'] = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
}

/** The image of a process. */
export function imageOf(name: string, version: string): string {
  return `stoa/${name}:${version}`
}

/** The Deployment of a process. */
export function deploymentOf(workload: Workload): DeploymentObject {
  const { system, deployment, scaling } = workload
  const labels = selectorOf(system, deployment.name)
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(system, deployment.name),
    spec: {
      replicas: scaling.min,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podOf(workload) },
    },
  }
}

function podOf(workload: Workload): PodSpec {
  const { system, deployment } = workload
  const { name } = deployment
  const volumes = volumesOf(deployment).map(({ claim }) => ({
    name: claim,
    persistentVolumeClaim: { claimName: claim },
  }))
  const labelSelector = { matchLabels: selectorOf(system, name) }
  const spread = { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector }
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      ...podSecurity,
      ...(volumes.length === 0 ? {} : { fsGroup: user, fsGroupChangePolicy: 'OnRootMismatch' }),
    },
    terminationGracePeriodSeconds: preStopSeconds + Math.ceil(stopTimeMs(drainTimeoutMs) / 1_000) + marginSeconds,
    topologySpreadConstraints: [
      { topologyKey: 'topology.kubernetes.io/zone', ...spread },
      { topologyKey: 'kubernetes.io/hostname', ...spread },
    ],
    containers: [containerOf(workload)],
    ...(volumes.length === 0 ? {} : { volumes }),
  }
}

function containerOf({ deployment, environment, version }: Workload): Container {
  const { name, port, furtherPorts = {} } = deployment
  const volumeMounts = volumesOf(deployment).map(({ claim, folder }) => ({ name: claim, mountPath: folder }))
  const further = Object.entries(furtherPorts).map(([setting, containerPort]) => ({
    name: portName(setting),
    containerPort,
  }))
  const isLive = { httpGet: { path: '/health/live', port: 'http' }, timeoutSeconds: 3 }
  return {
    name,
    image: imageOf(name, version),
    ports: [{ name: 'http', containerPort: port }, ...further],
    env: environment,
    envFrom: ['further-settings', `${name}-settings`].map((map) => ({ configMapRef: { name: map, optional: true } })),
    startupProbe: {
      ...isLive,
      periodSeconds: startupPeriodSeconds,
      failureThreshold: startupSeconds / startupPeriodSeconds,
    },
    livenessProbe: { ...isLive, initialDelaySeconds: 30, periodSeconds: 30 },
    readinessProbe: {
      httpGet: { path: '/health/ready', port: 'http' },
      timeoutSeconds: 3,
      initialDelaySeconds: 5,
      periodSeconds: 10,
    },
    lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } },
    resources: usualResources,
    securityContext: containerSecurity,
    ...(volumeMounts.length === 0 ? {} : { volumeMounts }),
  }
}

/** The name of a port from the setting that moves it: `admin` for ADMIN_PORT. */
export function portName(setting: string): string {
  return setting
    .replace(/_PORT$/, '')
    .toLowerCase()
    .replaceAll('_', '-')
}

/** The autoscaler of a process. */
export function autoscalerOf(system: string, name: string, { min, max, cpuPercent }: Scaling): AutoscalerObject {
  const target = { type: 'Utilization', averageUtilization: cpuPercent }
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadataOf(system, name),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  }
}
