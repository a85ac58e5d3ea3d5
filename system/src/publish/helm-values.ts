import { gateway } from '@stoa/contracts/gateway/service'
import { stringify } from 'yaml'
import type { Configured } from './connections.ts'
import { settingsToState } from './environment.ts'
import { volumeSize } from './kubernetes-objects.ts'
import { yamlOptions } from './kubernetes.ts'
import { monitoringNamespace } from './naming.ts'
import { usualResources } from './workload.ts'

/** The text of values.yaml: with these values the chart makes the same objects as `stoa publish kubernetes`. */
export function helmValues(all: readonly Configured[], claims: readonly string[]): string {
  const services = Object.fromEntries(
    all.map(({ deployment: { name, contract = gateway } }) => [name, contract.scaling]),
  )
  const volumes = Object.fromEntries(claims.map((each) => [each, { size: volumeSize, storageClass: '' }]))
  const parts: readonly (readonly [string, object])[] = [
    ['The image of a process is <registry>/<process>:<tag>; an empty tag is the version of the chart.', { image }],
    ['Names of Secrets with the credentials of the registry.', { imagePullSecrets: [] }],
    [
      'What every installation has to state. AUTH_ISSUER: the address as browsers see it. TRUSTED_PROXIES: the network of\n# the pods. GATEWAY_TRUSTED_PROXIES: the network of the Ingress.',
      { settings: settingsToState(all.map(({ deployment }) => deployment)) },
    ],
    ['Further settings of all processes; docs/settings.md lists them.', { furtherSettings: {} }],
    ['CPU and memory of each process.', { resources: usualResources }],
    [
      'Whether a job migrates the databases before the processes are replaced; otherwise each process does so when it starts.',
      { migrationJob: true },
    ],
    [
      'hpa scales by CPU; keda by CPU and by the lag of consumers, which it reads from Prometheus; none keeps `min` processes.',
      { autoscaling: 'hpa', keda: { prometheus: 'http://prometheus.monitoring:9090', lag: '1000' } },
    ],
    [
      'Whether only declared callers can connect, and the namespace that may read metrics.',
      { networkPolicies: true, monitoringNamespace },
    ],
    ...(claims.length === 0
      ? []
      : [
          [
            'Shared folders: the storage class has to offer ReadWriteMany; an empty one is that of the cluster.',
            { volumes },
          ] as const,
        ]),
    ['The door: an Ingress, or a route of the Gateway API. `host` is required for either.', door],
    ['For the Prometheus operator.', { serviceMonitor: { enabled: false, interval: '15s' } }],
    ['How each process scales. It can have `tag`, `settings` and `resources` of its own.', { services }],
  ]
  return parts.map(([comment, values]) => `# ${comment}\n${stringify(values, yamlOptions)}`).join('\n')
}

const image = { registry: 'stoa', tag: '' }

const door = {
  ingress: { enabled: false, className: '', host: '', tlsSecret: '', annotations: {} },
  gatewayApi: { enabled: false, host: '', gateway: '', gatewayNamespace: '' },
}
