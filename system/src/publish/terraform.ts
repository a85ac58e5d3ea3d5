import type { System } from '../define-system.ts'
import { hasBlobs } from '../topology.ts'
import { configuredIn, kubernetesObjects } from './kubernetes-objects.ts'
import { readVersion, refuseProblems, type PublishedFile } from './kubernetes.ts'
import { systemError } from '../system-errors.ts'
import { namespace } from './naming.ts'
import type { DeploymentObject } from './objects.ts'

/** Where the Terraform modules and the file of the shop are in the repository. */
export const terraformFolder = 'deploy/terraform'

/** What the Terraform modules have to know of one process. */
export interface TerraformService {
  /** Secrets of Kubernetes that it reads. */
  readonly secrets: readonly string[]
  /** Whether it keeps uploaded files, and so needs a role for the bucket. */
  readonly bucket: boolean
  /** Whether it signs in to Kafka. */
  readonly kafka: boolean
}

/** What services.json contains. */
export interface TerraformTopology {
  readonly system: string
  /** The namespace of the service accounts, which have the names of the processes. */
  readonly namespace: string
  /** The port of the pods to which the load balancer sends requests. */
  readonly gatewayPort: number
  readonly services: Readonly<Record<string, TerraformService>>
}

/**
 * services.json, which the Terraform modules read: from it come image repositories, secrets and the roles of service accounts, so that a new
 * service gets them without an edit.
 * @throws AppError if the objects break a rule of ours, or the system has no gateway
 */
export async function terraformFiles(system: System): Promise<PublishedFile[]> {
  return [{ name: 'services.json', text: `${JSON.stringify(await terraformTopology(system), undefined, 2)}\n` }]
}

/** The content of services.json. @throws AppError like `terraformFiles` */
export async function terraformTopology(system: System): Promise<TerraformTopology> {
  const all = await configuredIn(system)
  const files = kubernetesObjects(system.name, all, await readVersion())
  refuseProblems(system, files, all)
  const secrets = new Map(
    files.flatMap(({ objects }) =>
      objects.flatMap((each) => (each.kind === 'Deployment' ? [[each.metadata.name, secretsOf(each)] as const] : [])),
    ),
  )
  const door = system.services.find(({ kind }) => kind === 'gateway')
  if (door === undefined)
    throw systemError('system.manifests_refused', `${system.name} has no gateway for a load balancer`)
  return {
    system: system.name,
    namespace,
    gatewayPort: door.port,
    services: Object.fromEntries(
      all.map(({ deployment, settings }) => [
        deployment.name,
        {
          secrets: secrets.get(deployment.name) ?? [],
          bucket: hasBlobs(deployment),
          kafka: 'KAFKA_PASSWORD' in settings,
        },
      ]),
    ),
  }
}

/** The names of the Secrets that the pod of a process reads, sorted. */
function secretsOf({ spec }: DeploymentObject): string[] {
  const names = spec.template.spec.containers.flatMap(({ env }) =>
    env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
  )
  return [...new Set(names)].toSorted()
}
