import type { Configured } from './connections.ts'
import { fromSecret } from './environment.ts'
import { metadataOf, selectorOf } from './naming.ts'
import type { Container, EnvironmentVariable, JobContainer, JobObject } from './objects.ts'
import { containerSecurity, imageOf, podSecurity } from './workload.ts'

/** The name of the job, of its pods and of its file. */
export const migrationName = 'migrate'

/** Of a container of the job, which runs for seconds. */
export const migrationResources: Container['resources'] = {
  requests: { cpu: '25m', memory: '96Mi' },
  limits: { cpu: '500m', memory: '512Mi' },
}

const databases = ['DATABASE_URL', 'LOG_DATABASE_URL']
const longestSeconds = 3_600
const keptSeconds = 86_400

/**
 * The job that migrates all databases before the processes are replaced: a container for each service, with its image and with no secret but
 * its databases. A container that fails is started again alone. Its labels are those of no process, so that no Service leads to it.
 */
export function migrationJob(system: string, all: readonly Configured[], version: string): JobObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...metadataOf(system, migrationName),
      // Argo CD runs it before it applies the rest; kubectl ignores this.
      annotations: {
        'argocd.argoproj.io/hook': 'PreSync',
        'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
      },
    },
    spec: {
      backoffLimit: 6,
      activeDeadlineSeconds: longestSeconds,
      ttlSecondsAfterFinished: keptSeconds,
      template: {
        metadata: { labels: selectorOf(system, migrationName) },
        spec: {
          restartPolicy: 'OnFailure',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: podSecurity,
          containers: all
            .filter(({ deployment }) => deployment.hasDatabase)
            .map((each) => containerOf(system, each, version)),
        },
      },
    },
  }
}

function containerOf(system: string, { deployment }: Configured, version: string): JobContainer {
  const { name } = deployment
  return {
    name,
    image: imageOf(name, version),
    args: ['--migrate'],
    env: [
      { name: 'STOA_SYSTEM', value: system },
      ...databases.map((variable): EnvironmentVariable => fromSecret(variable, deployment, false)),
    ],
    resources: migrationResources,
    securityContext: containerSecurity,
  }
}
