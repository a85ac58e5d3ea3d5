import { writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { makeFolder } from '@stoa/supervisor/make-folder'
import { publishBundle } from '@stoa/supervisor/publish-bundle'
import type { System } from '@stoa/system/define-system'
import { defaultSystem, loadSystem } from '@stoa/system/load-system'
import { apiFiles, apisFolder } from '@stoa/system/publish/apis'
import { composeFiles, composeFolder } from '@stoa/system/publish/compose'
import { helmFiles, helmFolder } from '@stoa/system/publish/helm'
import { kubernetesFiles, kubernetesFolder, type PublishedFile } from '@stoa/system/publish/kubernetes'
import { observabilityFolder, prometheusRules } from '@stoa/system/publish/prometheus-rules'
import { terraformFiles, terraformFolder } from '@stoa/system/publish/terraform'
import { root } from '@stoa/system/root'
import { withBucket } from '@stoa/system/topology'
import { readArguments, UsageError } from '../arguments.ts'
import { atGivenPath } from '../file-errors.ts'
import { say } from '../output.ts'
import { routesFileOf, writeRoutesFile } from '../routes-file.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'

export const help = `Usage: stoa publish kubernetes [--out DIR] [--system NAME] [--bucket] [--kafka]
       stoa publish helm [--out DIR] [--system NAME] [--bucket] [--kafka]
       stoa publish compose [--out DIR] [--system NAME] [--bucket] [--kafka]
       stoa publish terraform [--out DIR] [--system NAME]
       stoa publish apis [--out DIR] [--system NAME]
       stoa publish prometheus [--out DIR] [--system NAME]
       stoa publish bundle SERVICE --out DIR [--system NAME]
       stoa publish routes [SERVICE …] --out FILE [--host HOST] [--system NAME]

kubernetes writes the Kubernetes manifests of a system, which are made from its topology, contracts and settings: a file for each
process, and kustomization.yaml. They contain no secrets. With --bucket, uploaded files are in a bucket of S3
in place of a volume. With --kafka, Kafka keeps the events. DIR is ${kubernetesFolder} for the ${defaultSystem}; existing files are overwritten.
helm writes a Helm chart of the same objects, with values for what differs between installations. With --bucket or --kafka, the
addresses of the bucket or of Kafka are among them. DIR is ${helmFolder} for the ${defaultSystem}.
compose writes a file for Docker Compose with the same processes, one of each, and PostgreSQL, and the script that makes its databases.
"stoa secrets make" makes the secrets that it needs. DIR is ${composeFolder} for the ${defaultSystem}.
terraform writes services.json, from which the Terraform modules make image repositories, secrets and roles of service accounts. DIR is
${terraformFolder} for the ${defaultSystem}.
apis writes the OpenAPI and AsyncAPI documents of each service, as the gateway serves them. DIR is ${apisFolder} for the ${defaultSystem}.
prometheus writes rules.yaml, the alert rules of a system for Prometheus, made from the service levels of its contracts. DIR is
${observabilityFolder} for the ${defaultSystem}.
bundle writes the program of one process, with all that it needs at run time except Node: "node DIR/main.js" runs it.
deploy/Dockerfile uses it.
routes writes the file that ROUTES_FILE of gateway and auth names, where there is no registry: the address of each service, and the
routes and permissions of the given services, which are not part of the system or have newer contracts. A service is at HOST, or
at a host of its own name, with the port of its contract; correct the addresses in the file where they differ. NAME is ${defaultSystem} by default.
`

const options = { out: { type: 'string' }, system: { type: 'string' } } as const
const optionsWithEngines = { ...options, bucket: { type: 'boolean' }, kafka: { type: 'boolean' } } as const

export async function run(args: readonly string[]): Promise<number> {
  return runSubcommand('publish', { kubernetes, helm, compose, terraform, apis, prometheus, bundle, routes }, args)
}

type MakeFiles = (system: System) => Promise<readonly PublishedFile[]>

const kubernetes = (args: readonly string[]) => publishProcesses(args, kubernetesFolder, kubernetesFiles)
const helm = (args: readonly string[]) => publishProcesses(args, helmFolder, helmFiles)
const compose = (args: readonly string[]) => publishProcesses(args, composeFolder, composeFiles)

/** Writes what runs the processes of a system. */
async function publishProcesses(args: readonly string[], usual: string, make: MakeFiles): Promise<number> {
  const { values } = readArguments(args, optionsWithEngines)
  const { system, folder } = placeOf(values, usual)
  return write(folder, await make(withEngines(await loadSystem(system), values)))
}

interface Engines {
  readonly bucket?: boolean | undefined
  readonly kafka?: boolean | undefined
}

/** A system whose files are in a bucket, or whose events are in Kafka. */
function withEngines(system: System, { bucket = false, kafka = false }: Engines): System {
  const services = (bucket ? withBucket(system.services) : system.services).map((each) => ({
    ...each,
    ...(kafka && each.kind === 'service' ? { hasKafka: true } : {}),
  }))
  return { ...system, services }
}

async function apis(args: readonly string[]): Promise<number> {
  const { system, folder } = placeOf(readArguments(args, options).values, apisFolder)
  return write(folder, await apiFiles(await loadSystem(system)))
}

async function terraform(args: readonly string[]): Promise<number> {
  const { system, folder } = placeOf(readArguments(args, options).values, terraformFolder)
  return write(folder, await terraformFiles(await loadSystem(system)))
}

async function prometheus(args: readonly string[]): Promise<number> {
  const { system, folder } = placeOf(readArguments(args, options).values, observabilityFolder)
  return write(folder, [prometheusRules(await loadSystem(system))])
}

interface Place extends Engines {
  readonly system?: string | undefined
  readonly out?: string | undefined
}

/** Which system is published, and into which folder. @throws UsageError */
function placeOf(values: Place, usual: string): { readonly system: string; readonly folder: string } {
  const { system = defaultSystem, out, bucket, kafka } = values
  if (out === undefined && system !== defaultSystem)
    throw new UsageError(`--out DIR is missing: ${usual} is the folder of the ${defaultSystem}`)
  if (out === undefined && (bucket === true || kafka === true))
    throw new UsageError(
      `--out DIR is missing: with --${bucket === true ? 'bucket' : 'kafka'} the files are not those of ${usual}`,
    )
  return { system, folder: out === undefined ? join(root, usual) : folderOf(out) }
}

async function write(folder: string, files: readonly PublishedFile[]): Promise<number> {
  await makeFolder(folder)
  for (const { name, text } of files) {
    await makeFolder(dirname(join(folder, name)))
    await writeFile(join(folder, name), text)
  }
  say(`${files.length} ${files.length === 1 ? 'file' : 'files'} in ${folder}`)
  return 0
}

async function bundle(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, options, { positionals: 1 })
  const service = requireArgument(positionals, 0, 'SERVICE')
  if (values.out === undefined) throw new UsageError('--out DIR is missing; --help shows the usage')
  const folder = folderOf(values.out)
  const system = await loadSystem(values.system ?? defaultSystem)
  await publishBundle(system, service, folder)
  say(`node ${join(values.out, 'main.js')}`)
  return 0
}

async function routes(args: readonly string[]): Promise<number> {
  const { values, positionals: names } = readArguments(
    args,
    { ...options, host: { type: 'string' } },
    { positionals: 1_000 },
  )
  if (values.out === undefined) throw new UsageError('--out FILE is missing; --help shows the usage')
  const { services: system } = await loadSystem(values.system ?? defaultSystem)
  const file = await routesFileOf({ system, names: [...new Set(names)], host: values.host })
  const path = folderOf(values.out)
  await atGivenPath(path, () => writeRoutesFile(path, file))
  say(`${file.services.length} services in ${values.out}; set ROUTES_FILE of gateway and auth to it`)
  return 0
}

/** An empty text, as of an unset variable of a shell, would be the current folder. */
function folderOf(out: string): string {
  if (out === '') throw new UsageError('--out is empty: name a file or folder')
  return resolve(out)
}
