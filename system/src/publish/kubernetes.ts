import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { System } from '../define-system.ts'
import { root } from '../root.ts'
import type { Configured } from './connections.ts'
import { configuredIn, kubernetesObjects, type ObjectFile } from './kubernetes-objects.ts'
import { systemError } from '../system-errors.ts'
import { manifestProblems } from './manifest-problems.ts'
import { namespace } from './naming.ts'

/** A file of text, by its name in the folder that is published. */
export interface PublishedFile {
  readonly name: string
  readonly text: string
}

/** Where the manifests of the shop are in the repository. */
export const kubernetesFolder = 'deploy/kubernetes'

const notice = (system: string) =>
  `# Made from systems/${system}.ts and the contracts by "stoa publish kubernetes": do not edit.\n`

/** The Kubernetes manifests of a system as files; the same system makes the same text. @throws AppError if they break a rule of ours */
export async function kubernetesFiles(system: System): Promise<PublishedFile[]> {
  const all = await configuredIn(system)
  const files = kubernetesObjects(system.name, all, await readVersion())
  refuseProblems(system, files, all)
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace,
    resources: files.map(({ name }) => name),
  }
  return [{ name: 'kustomization.yaml', objects: [kustomization] }, ...files].map(({ name, objects }) => ({
    name,
    text: notice(system.name) + objects.map((each) => stringify(each, yamlOptions)).join('---\n'),
  }))
}

/** @throws AppError `system.manifests_refused` if the objects of a system break a rule of ours */
export function refuseProblems(system: System, files: readonly ObjectFile[], all: readonly Configured[]): void {
  const problems = manifestProblems(
    files.flatMap(({ objects }) => objects),
    all,
  )
  if (problems.length > 0)
    throw systemError(
      'system.manifests_refused',
      `the manifests of ${system.name} break rules:\n${problems.join('\n')}`,
    )
}

/**
 * Without anchors, which some tools do not read, and without lines that are broken at a width. Texts that YAML 1.1 reads as something else,
 * such as `off` and `y`, are quoted: kubectl and Helm read YAML 1.1.
 */
export const yamlOptions = { aliasDuplicateObjects: false, lineWidth: 0, compat: 'yaml-1.1' } as const

/** The version of the repository, which is the tag of the images. */
export async function readVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version: string }
  return version
}
