import { rendered, renderedLines } from './helm-holes.ts'
import type { KubernetesObject } from './objects.ts'

type Value = null | string | number | boolean | readonly Value[] | Fields
type Fields = { readonly [name: string]: Value }

/** An object as a template of a chart: what a value decides is left to Helm. */
export function chartTemplate(object: KubernetesObject): Fields {
  const { kind } = object
  const { name } = object.metadata
  const fields = object as unknown as { readonly metadata: Fields } & Fields
  const inRelease = { ...fields, metadata: { ...fields.metadata, namespace: rendered('.Release.Namespace') } }
  switch (kind) {
    case 'Deployment':
      return workload(inRelease, name)
    case 'Job':
      return when('.Values.migrationJob', migration(inRelease))
    case 'HorizontalPodAutoscaler':
      return when('eq .Values.autoscaling "hpa"', autoscaler(inRelease, name))
    case 'NetworkPolicy':
      return when('.Values.networkPolicies', policy(inRelease))
    case 'PersistentVolumeClaim':
      return claim(inRelease, name)
    default:
      return inRelease
  }
}

/** KEDA instead of the autoscaler of Kubernetes: for a service that consumes events, more processes also while it is behind. */
export function scaledObject(name: string, metadata: Fields, consumes: boolean): Fields {
  // Each replica reports the lag of the whole group.
  const query = `sum(max by (topic) (event_consumer_lag{job="${name}"}))`
  const lag = {
    type: 'prometheus',
    metadata: {
      serverAddress: rendered('.Values.keda.prometheus | quote'),
      query,
      threshold: rendered('.Values.keda.lag | quote'),
    },
  }
  const cpu = {
    type: 'cpu',
    metricType: 'Utilization',
    metadata: { value: rendered(`${of(name)}.cpuPercent | quote`) },
  }
  return when('eq .Values.autoscaling "keda"', {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { ...metadata, namespace: rendered('.Release.Namespace') },
    spec: {
      scaleTargetRef: { name },
      minReplicaCount: rendered(`${of(name)}.min`),
      maxReplicaCount: rendered(`${of(name)}.max`),
      triggers: consumes ? [cpu, lag] : [cpu],
    },
  })
}

/** For the Prometheus operator. The label `job` of every series is the name of the process, as the alert rules expect. */
export function serviceMonitor(metadata: Fields): Fields {
  return when('.Values.serviceMonitor.enabled', {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { ...metadata, namespace: rendered('.Release.Namespace') },
    spec: {
      jobLabel: 'app.kubernetes.io/name',
      selector: { matchLabels: metadata['labels'] as Fields },
      endpoints: [{ port: 'metrics', path: '/metrics', interval: rendered('.Values.serviceMonitor.interval') }],
    },
  })
}

/** An object that exists only under a condition. */
function when(condition: string, object: Fields): Fields {
  return { ...renderedLines(`{{- if ${condition} }}`), ...object, ...renderedLines('{{- end }}') }
}

const of = (name: string) => `(index .Values.services "${name}")`
const withName = (template: string, name: string) => rendered(`include "${template}" (dict "root" . "name" "${name}")`)

const pullSecrets = renderedLines(
  '{{- with .Values.imagePullSecrets }}',
  'imagePullSecrets:',
  '  {{- range . }}',
  '  - name: {{ . }}',
  '  {{- end }}',
  '{{- end }}',
)

/** Helm runs it before it makes or changes anything else, and stops if it fails. */
function migration(object: Fields): Fields {
  const metadata = fieldsOf(object['metadata'])
  const hook = { 'helm.sh/hook': 'pre-install,pre-upgrade', 'helm.sh/hook-delete-policy': 'before-hook-creation' }
  const { template, ...spec } = fieldsOf(object['spec'])
  const { spec: pod, ...rest } = fieldsOf(template)
  const containers = fieldsOf(pod)['containers'] as readonly Fields[]
  const withImages = containers.map((each) => ({ ...each, image: withName('stoa.image', each['name'] as string) }))
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...fieldsOf(metadata['annotations']), ...hook } },
    spec: { ...spec, template: { ...rest, spec: { ...pullSecrets, ...fieldsOf(pod), containers: withImages } } },
  }
}

function workload(object: Fields, name: string): Fields {
  const { template, ...spec } = fieldsOf(object['spec'])
  const { metadata, spec: pod } = fieldsOf(template)
  const { containers, ...rest } = fieldsOf(pod)
  return {
    ...object,
    spec: {
      ...spec,
      replicas: withName('stoa.replicas', name),
      template: {
        // Other settings mean other pods.
        metadata: { ...fieldsOf(metadata), annotations: { 'checksum/settings': withName('stoa.checksum', name) } },
        spec: {
          ...pullSecrets,
          ...rest,
          containers: (containers as readonly Fields[]).map((each) => container(each, name)),
        },
      },
    },
  }
}

function container(fields: Fields, name: string): Fields {
  return {
    ...fields,
    image: withName('stoa.image', name),
    env: (fields['env'] as readonly Fields[]).map((each) =>
      each['name'] === 'MIGRATE'
        ? { ...each, value: rendered('ternary "off" "on" .Values.migrationJob | quote') }
        : each,
    ),
    resources: rendered(`mergeOverwrite (deepCopy .Values.resources) (${of(name)}.resources | default dict) | toJson`),
  }
}

function autoscaler(object: Fields, name: string): Fields {
  const target = { type: 'Utilization', averageUtilization: rendered(`${of(name)}.cpuPercent`) }
  return {
    ...object,
    spec: {
      ...fieldsOf(object['spec']),
      minReplicas: rendered(`${of(name)}.min`),
      maxReplicas: rendered(`${of(name)}.max`),
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  }
}

const namespaceName = 'kubernetes.io/metadata.name'

/** The namespace of the monitoring is a value. */
function policy(object: Fields): Fields {
  const replace = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(replace)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        name,
        name === namespaceName ? rendered('.Values.monitoringNamespace') : replace(each),
      ]),
    )
  }
  return fieldsOf(replace(object))
}

/** Without the release its data stays: an uninstall would delete what customers have uploaded. */
function claim(object: Fields, name: string): Fields {
  const volume = `.Values.volumes.${name}`
  return {
    ...object,
    metadata: { ...fieldsOf(object['metadata']), annotations: { 'helm.sh/resource-policy': 'keep' } },
    spec: {
      ...fieldsOf(object['spec']),
      ...renderedLines(`{{- with ${volume}.storageClass }}`, 'storageClassName: {{ . }}', '{{- end }}'),
      resources: { requests: { storage: rendered(`${volume}.size`) } },
    },
  }
}

function fieldsOf(value: Value | undefined): Fields {
  return value as Fields
}
