/** Labels by name. */
export type Labels = Readonly<Record<string, string>>

interface Metadata {
  readonly name: string
  readonly namespace?: string
  readonly labels?: Labels
  readonly annotations?: Labels
}

/** One variable of a container: a value, a key of a Secret or ConfigMap, or a field of the pod. */
export interface EnvironmentVariable {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: {
    readonly secretKeyRef?: KeyReference
    readonly configMapKeyRef?: KeyReference
    readonly fieldRef?: { readonly fieldPath: string }
  }
}

interface KeyReference {
  readonly name: string
  readonly key: string
  readonly optional?: boolean
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
  readonly periodSeconds: number
  /** Counted from the start of the container. */
  readonly initialDelaySeconds?: number
  readonly timeoutSeconds: number
  /** How often in succession it may fail; 3 if omitted. */
  readonly failureThreshold?: number
}

interface Amounts {
  readonly cpu: string
  readonly memory: string
}

/** What every container of ours has. */
interface AnyContainer {
  readonly name: string
  readonly image: string
  readonly env: readonly EnvironmentVariable[]
  readonly resources: { readonly requests: Amounts; readonly limits: Amounts }
  readonly securityContext: {
    readonly allowPrivilegeEscalation: boolean
    readonly readOnlyRootFilesystem: boolean
    readonly capabilities: { readonly drop: readonly string[] }
  }
}

/** A container that ends. */
export interface JobContainer extends AnyContainer {
  readonly args: readonly string[]
}

/** The container of a process. */
export interface Container extends AnyContainer {
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string; readonly optional: boolean } }[]
  /** The others begin once it has succeeded. */
  readonly startupProbe: Probe
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } }
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[]
}

/** What every pod of ours has. */
interface AnyPod {
  readonly automountServiceAccountToken: boolean
  /** Off: the variables of Kubernetes, such as ORDER_PORT, would override settings. */
  readonly enableServiceLinks: boolean
  readonly securityContext: {
    readonly runAsNonRoot: boolean
    readonly runAsUser: number
    readonly runAsGroup: number
    readonly fsGroup?: number
    readonly fsGroupChangePolicy?: string
    readonly seccompProfile: { readonly type: string }
  }
}

/** A pod that ends. */
export interface JobPod extends AnyPod {
  readonly restartPolicy: 'OnFailure'
  readonly containers: readonly JobContainer[]
}

/** The pod of a process. */
export interface PodSpec extends AnyPod {
  readonly serviceAccountName: string
  readonly terminationGracePeriodSeconds: number
  readonly topologySpreadConstraints: readonly {
    readonly maxSkew: number
    readonly topologyKey: string
    readonly whenUnsatisfiable: string
    readonly labelSelector: { readonly matchLabels: Labels }
  }[]
  readonly containers: readonly Container[]
  readonly volumes?: readonly {
    readonly name: string
    readonly persistentVolumeClaim: { readonly claimName: string }
  }[]
}

/** A Deployment. */
export interface DeploymentObject {
  readonly apiVersion: 'apps/v1'
  readonly kind: 'Deployment'
  readonly metadata: Metadata
  readonly spec: {
    readonly replicas: number
    readonly strategy: {
      readonly type: string
      readonly rollingUpdate: { readonly maxSurge: number; readonly maxUnavailable: number }
    }
    readonly selector: { readonly matchLabels: Labels }
    readonly template: { readonly metadata: { readonly labels: Labels }; readonly spec: PodSpec }
  }
}

/** A Job. */
export interface JobObject {
  readonly apiVersion: 'batch/v1'
  readonly kind: 'Job'
  readonly metadata: Metadata
  readonly spec: {
    readonly backoffLimit: number
    readonly activeDeadlineSeconds: number
    readonly ttlSecondsAfterFinished: number
    readonly template: { readonly metadata: { readonly labels: Labels }; readonly spec: JobPod }
  }
}

/** Which pods of which namespaces. */
export interface Peer {
  readonly podSelector?: { readonly matchLabels: Labels }
  readonly namespaceSelector?: { readonly matchLabels: Labels }
}

/** A NetworkPolicy of the incoming connections of a process; a rule without `from` admits every address. */
export interface NetworkPolicyObject {
  readonly apiVersion: 'networking.k8s.io/v1'
  readonly kind: 'NetworkPolicy'
  readonly metadata: Metadata
  readonly spec: {
    readonly podSelector: { readonly matchLabels: Labels }
    readonly policyTypes: readonly string[]
    readonly ingress: readonly {
      readonly from?: readonly Peer[]
      readonly ports: readonly { readonly protocol: string; readonly port: number }[]
    }[]
  }
}

/** A Service. */
export interface ServiceObject {
  readonly apiVersion: 'v1'
  readonly kind: 'Service'
  readonly metadata: Metadata
  readonly spec: {
    readonly selector: Labels
    readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[]
  }
}

/** A HorizontalPodAutoscaler. */
export interface AutoscalerObject {
  readonly apiVersion: 'autoscaling/v2'
  readonly kind: 'HorizontalPodAutoscaler'
  readonly metadata: Metadata
  readonly spec: {
    readonly scaleTargetRef: { readonly apiVersion: string; readonly kind: string; readonly name: string }
    readonly minReplicas: number
    readonly maxReplicas: number
    readonly metrics: readonly {
      readonly type: string
      readonly resource: {
        readonly name: string
        readonly target: { readonly type: string; readonly averageUtilization: number }
      }
    }[]
  }
}

/** A PodDisruptionBudget. */
export interface DisruptionBudgetObject {
  readonly apiVersion: 'policy/v1'
  readonly kind: 'PodDisruptionBudget'
  readonly metadata: Metadata
  readonly spec: { readonly maxUnavailable: number; readonly selector: { readonly matchLabels: Labels } }
}

/** A ServiceAccount. */
export interface ServiceAccountObject {
  readonly apiVersion: 'v1'
  readonly kind: 'ServiceAccount'
  readonly metadata: Metadata
  readonly automountServiceAccountToken: boolean
}

/** A Namespace. */
export interface NamespaceObject {
  readonly apiVersion: 'v1'
  readonly kind: 'Namespace'
  readonly metadata: Metadata
}

/** A ConfigMap. */
export interface ConfigMapObject {
  readonly apiVersion: 'v1'
  readonly kind: 'ConfigMap'
  readonly metadata: Metadata
  readonly data: Readonly<Record<string, string>>
}

/** A PersistentVolumeClaim. */
export interface VolumeClaimObject {
  readonly apiVersion: 'v1'
  readonly kind: 'PersistentVolumeClaim'
  readonly metadata: Metadata
  readonly spec: {
    readonly accessModes: readonly string[]
    readonly resources: { readonly requests: { readonly storage: string } }
  }
}

/** Any object that is made. */
export type KubernetesObject =
  | AutoscalerObject
  | ConfigMapObject
  | DeploymentObject
  | DisruptionBudgetObject
  | JobObject
  | NamespaceObject
  | NetworkPolicyObject
  | ServiceAccountObject
  | ServiceObject
  | VolumeClaimObject
