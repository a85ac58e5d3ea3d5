import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { System } from '../define-system.ts'
import type { Configured } from './connections.ts'
import { fillHoles } from './helm-holes.ts'
import { chartTemplate, scaledObject, serviceMonitor } from './helm-template.ts'
import { helmValues } from './helm-values.ts'
import { valuesSchema } from './helm-values-schema.ts'
import { configuredIn, kubernetesObjects, type ObjectFile } from './kubernetes-objects.ts'
import { readVersion, refuseProblems, yamlOptions, type PublishedFile } from './kubernetes.ts'
import { metadataOf, sharedSettings, volumesOf } from './naming.ts'

/** Where the chart of the shop is in the repository. */
export const helmFolder = 'deploy/helm'

const templateFolder = join(import.meta.dirname, 'chart/templates')

/** The Helm chart of a system as files, from the objects that `kubernetesFiles` writes. @throws AppError if they break a rule of ours */
export async function helmFiles(system: System): Promise<PublishedFile[]> {
  const all = await configuredIn(system)
  const version = await readVersion()
  const files = kubernetesObjects(system.name, all, version)
  refuseProblems(system, files, all)
  const claims = [...new Set(all.flatMap(({ deployment }) => volumesOf(deployment).map(({ claim }) => claim)))]
  const schema = valuesSchema({ all, claims, given: variablesOf(files) })
  const notice = `# Made from systems/${system.name}.ts and the contracts by "stoa publish helm": do not edit.\n`
  const made = files
    .filter(({ name }) => !ofTheRelease.has(name))
    .map(({ name, objects }) => {
      const templates = [...objects.map(chartTemplate), ...optionsOf(system.name, name, all)]
      const text = templates.map((each) => fillHoles(stringify(each, yamlOptions))).join('---\n')
      return { name: `templates/${name}`, text: notice + text }
    })
  return [
    { name: 'Chart.yaml', text: notice + stringify(chartOf(system.name, version), yamlOptions) },
    { name: 'values.yaml', text: notice + helmValues(all, claims) },
    { name: 'values.schema.json', text: `${JSON.stringify(schema, undefined, 2)}\n` },
    ...(await writtenTemplates(all)),
    ...made,
  ]
}

// The namespace is the release's, and the settings are values.
const ofTheRelease = new Set(['namespace.yaml', `${sharedSettings}.yaml`])

/** What a process has in a chart only if a value says so. */
function optionsOf(system: string, file: string, all: readonly Configured[]) {
  const deployment = all.find((each) => `${each.deployment.name}.yaml` === file)?.deployment
  if (deployment === undefined) return []
  const { name, contract } = deployment
  const { labels } = metadataOf(system, name)
  const consumes = [contract?.consumes, contract?.batches].some((each) => Object.keys(each ?? {}).length > 0)
  return [scaledObject(name, { name, labels }, consumes), serviceMonitor({ name, labels })]
}

function variablesOf(files: readonly ObjectFile[]): Map<string, Set<string>> {
  const deployments = files.flatMap(({ objects }) => objects.filter((each) => each.kind === 'Deployment'))
  return new Map(
    deployments.map(({ metadata, spec }) => [
      metadata.name,
      new Set(spec.template.spec.containers.flatMap(({ env }) => env.map(({ name }) => name))),
    ]),
  )
}

/** The templates that are the same for every system. */
async function writtenTemplates(all: readonly Configured[]): Promise<PublishedFile[]> {
  const door = all.find(({ deployment }) => deployment.kind === 'gateway')?.deployment
  const names = (await readdir(templateFolder)).filter((name) => door !== undefined || name !== 'door.yaml')
  return Promise.all(
    names.toSorted().map(async (name) => ({
      name: `templates/${name}`,
      // A route of the Gateway API takes no name of a port.
      text: (await readFile(join(templateFolder, name), 'utf8')).replaceAll('GATEWAY_PORT', String(door?.port)),
    })),
  )
}

function chartOf(system: string, version: string) {
  return {
    apiVersion: 'v2',
    name: system,
    description: `The processes of the system ${system}`,
    type: 'application',
    version,
    appVersion: version,
    kubeVersion: '>=1.30.0-0',
  }
}
