import { gateway } from '@stoa/contracts/gateway/service'
import type { System } from '../define-system.ts'
import { loadSettings } from '../load-settings.ts'
import type { Deployment } from '../topology.ts'
import { callersOf, networkPolicyOf, type Configured } from './connections.ts'
import { environmentFor, settingsToState } from './environment.ts'
import { migrationJob, migrationName } from './migration-job.ts'
import { metadataOf, namespace, selectorOf, sharedSettings, volumesOf } from './naming.ts'
import type { KubernetesObject, ServiceObject } from './objects.ts'
import { autoscalerOf, deploymentOf, portName } from './workload.ts'

/** The objects of one file. */
export interface ObjectFile {
  readonly name: string
  readonly objects: readonly KubernetesObject[]
}

/** The processes of a system, each with the settings that it reads. */
export async function configuredIn({ services }: System): Promise<Configured[]> {
  return Promise.all(services.map(async (deployment) => ({ deployment, settings: await loadSettings(deployment) })))
}

/** The Kubernetes objects of a system: a file for each process, and one each for what they share. */
export function kubernetesObjects(system: string, all: readonly Configured[], version: string): ObjectFile[] {
  const ports = new Map(all.map(({ deployment: { name, port } }) => [name, port]))
  const files = all.map((each) => processFile({ system, configured: each, all, ports, version }))
  const claims = new Set(all.flatMap(({ deployment }) => volumesOf(deployment).map(({ claim }) => claim)))
  const data = settingsToState(all.map(({ deployment }) => deployment))
  const job = { name: `${migrationName}.yaml`, objects: [migrationJob(system, all, version)] }
  return [...sharedFiles(system, data), job, ...[...claims].map((claim) => claimFile(system, claim)), ...files]
}

interface ProcessOptions {
  readonly system: string
  readonly configured: Configured
  readonly all: readonly Configured[]
  readonly ports: ReadonlyMap<string, number>
  readonly version: string
}

function processFile({ system, configured, all, ports, version }: ProcessOptions): ObjectFile {
  const { deployment, settings } = configured
  const { name, contract = gateway } = deployment
  const environment = environmentFor({ system, deployment, settings, ports, apps: Object.keys(gateway.apps) })
  const { scaling } = contract
  const metadata = metadataOf(system, name)
  const matchLabels = selectorOf(system, name)
  return {
    name: `${name}.yaml`,
    objects: [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
      deploymentOf({ system, deployment, environment, scaling, version }),
      serviceOf(system, deployment),
      autoscalerOf(system, name, scaling),
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata,
        spec: { maxUnavailable: 1, selector: { matchLabels } },
      },
      networkPolicyOf(system, deployment, callersOf(deployment, all)),
    ],
  }
}

/** The same for every process, so that one scrape configuration is enough. */
const metricsPort = 9090

function serviceOf(system: string, { name, port, furtherPorts = {} }: Deployment): ServiceObject {
  const further = Object.entries(furtherPorts).map(([setting, number]) => [portName(setting), number] as const)
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(system, name),
    spec: {
      selector: selectorOf(system, name),
      ports: [
        ...[['http', port] as const, ...further].map(([each, number]) => ({
          name: each,
          port: number,
          targetPort: each,
        })),
        {
          name: 'metrics',
          port: metricsPort,
          targetPort: further.some(([each]) => each === 'admin') ? 'admin' : 'http',
        },
      ],
    },
  }
}

function sharedFiles(system: string, data: Readonly<Record<string, string>>): ObjectFile[] {
  const labels = Object.fromEntries(
    ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
  )
  const settings = metadataOf(system, sharedSettings)
  return [
    {
      name: 'namespace.yaml',
      objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }],
    },
    {
      name: 'settings.yaml',
      objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: settings, data }],
    },
  ]
}

/** The size of a shared folder, which its storage class may let grow. */
export const volumeSize = '10Gi'

/** Several pods on several machines write to it. */
function claimFile(system: string, claim: string): ObjectFile {
  return {
    name: `${claim}.yaml`,
    objects: [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: metadataOf(system, claim),
        spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: volumeSize } } },
      },
    ],
  }
}
