import { stopTimeMs } from '@stoa/config'
import type { Scaling } from '@stoa/contract'
import type { Deployment } from '../topology.ts'
import { drainTimeoutMs, lakeFolder } from './environment.ts'
import { lakeClaim, metadataOf, selectorOf } from './naming.ts'
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
// A process migrates its database, or waits for the replica that does, before it accepts connections; a migration that is killed starts
// again, so that one longer than this would never end.
const startupSeconds = 1_800
const startupPeriodSeconds = 5

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
  const { name, lake } = deployment
  const labelSelector = { matchLabels: selectorOf(system, name) }
  const spread = { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector }
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      ...(lake === undefined ? {} : { fsGroup: user, fsGroupChangePolicy: 'OnRootMismatch' }),
      seccompProfile: { type: 'RuntimeDefault' },
    },
    terminationGracePeriodSeconds: preStopSeconds + Math.ceil(stopTimeMs(drainTimeoutMs) / 1_000) + marginSeconds,
    topologySpreadConstraints: [
      { topologyKey: 'topology.kubernetes.io/zone', ...spread },
      { topologyKey: 'kubernetes.io/hostname', ...spread },
    ],
    containers: [containerOf(workload)],
    ...(lake === undefined ? {} : { volumes: [{ name: lakeClaim, persistentVolumeClaim: { claimName: lakeClaim } }] }),
  }
}

function containerOf({ deployment, environment, version }: Workload): Container {
  const { name, port, furtherPorts = {}, lake } = deployment
  const further = Object.entries(furtherPorts).map(([setting, containerPort]) => ({
    name: portName(setting),
    containerPort,
  }))
  const isLive = { httpGet: { path: '/health/live', port: 'http' }, timeoutSeconds: 3 }
  return {
    name,
    image: `stoa/${name}:${version}`,
    ports: [{ name: 'http', containerPort: port }, ...further],
    env: environment,
    envFrom: ['further-settings', `${name}-settings`].map((map) => ({ configMapRef: { name: map, optional: true } })),
    startupProbe: {
      ...isLive,
      periodSeconds: startupPeriodSeconds,
      failureThreshold: startupSeconds / startupPeriodSeconds,
    },
    livenessProbe: { ...isLive, periodSeconds: 30 },
    readinessProbe: { httpGet: { path: '/health/ready', port: 'http' }, timeoutSeconds: 3, periodSeconds: 10 },
    lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } },
    resources: { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '500m', memory: '1Gi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    // DuckDB spills into the folder of the lake, also where it only reads.
    ...(lake === undefined ? {} : { volumeMounts: [{ name: lakeClaim, mountPath: lakeFolder }] }),
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
