import { stringify } from 'yaml'
import type { System } from '../define-system.ts'
import { databaseServices, databasesScript } from './compose-databases.ts'
import { composeService, migrationServices, networks } from './compose-service.ts'
import { configuredIn, kubernetesObjects } from './kubernetes-objects.ts'
import { readVersion, refuseProblems, yamlOptions, type PublishedFile } from './kubernetes.ts'
import { volumesOf } from './naming.ts'

/** Where the Compose file of the shop is in the repository. */
export const composeFolder = 'deploy/compose'

const notice = (system: string, comment: string) =>
  `${comment} Made from systems/${system}.ts and the contracts by "stoa publish compose": do not edit.\n`

/**
 * The Compose file of a system with PostgreSQL, from the objects that `kubernetesFiles` writes, and the script that makes its databases.
 * @throws AppError if the objects break a rule of ours
 */
export async function composeFiles(system: System): Promise<PublishedFile[]> {
  const deployments = system.services
  return [
    { name: 'compose.yaml', text: notice(system.name, '#') + stringify(await composeOf(system), yamlOptions) },
    { name: 'databases.sql', text: notice(system.name, '--') + databasesScript(deployments) },
  ]
}

/** The content of the Compose file. @throws AppError if the objects break a rule of ours */
export async function composeOf(system: System) {
  const all = await configuredIn(system)
  const files = kubernetesObjects(system.name, all, await readVersion())
  refuseProblems(system, files, all)
  const workloads = files.flatMap(({ objects }) => objects.filter((each) => each.kind === 'Deployment'))
  const jobs = files.flatMap(({ objects }) => objects.filter((each) => each.kind === 'Job'))
  const deployments = all.map(({ deployment }) => deployment)
  const doors = new Map(
    deployments.flatMap(({ kind, name, port }) => (kind === 'gateway' ? [[name, port] as const] : [])),
  )
  const claims = new Set(deployments.flatMap((each) => volumesOf(each).map(({ claim }) => claim)))
  return {
    name: system.name,
    services: {
      ...databaseServices(deployments),
      ...Object.fromEntries(jobs.flatMap((each) => Object.entries(migrationServices(each)))),
      ...Object.fromEntries(
        workloads.map((each) => {
          const port = doors.get(each.metadata.name)
          const container = composeService(each, system.name)
          // TLS is for a proxy on the same machine.
          const door = port === undefined ? {} : { ports: [`\${PUBLISHED:-127.0.0.1:${port}}:${port}`] }
          return [each.metadata.name, { ...container, ...door }]
        }),
      ),
    },
    networks,
    volumes: Object.fromEntries(['postgres', ...claims].map((name) => [name, {}])),
  }
}
