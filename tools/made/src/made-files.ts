import { readdir, readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { catalogue } from '@stoa/contracts/catalogue'
import { systemErrors } from '@stoa/system/system-errors'
import { apiFiles, apisFolder } from '@stoa/system/publish/apis'
import { composeFiles, composeFolder } from '@stoa/system/publish/compose'
import { helmFiles, helmFolder } from '@stoa/system/publish/helm'
import { kubernetesFiles, kubernetesFolder, type PublishedFile } from '@stoa/system/publish/kubernetes'
import { observabilityFolder, prometheusRules } from '@stoa/system/publish/prometheus-rules'
import { terraformFiles, terraformFolder } from '@stoa/system/publish/terraform'
import { system as shop } from '@stoa/systems/shop'
import { gateway } from '@stoa/contracts/gateway/service'
import { registry } from '@stoa/contracts/registry/service'
import { contractPart, routesPart } from './contract-part.ts'
import { decisionsPart } from './decisions-part.ts'
import { errorPage, errorPages, errorsPart } from './errors-part.ts'
import type { MadeFile } from './made-file.ts'
import { replaceMarkedPart } from './marked-part.ts'
import { operatingPage } from './operating-part.ts'
import { permissionsList, permissionsPage, readPermissions } from './permissions-part.ts'
import { publishedEvents } from './published-events.ts'
import { servicesPart } from './services-part.ts'
import { settingsPart } from './settings-part.ts'

/** Folder of the checkout. */
export const root = resolve(import.meta.dirname, '../../..')

interface Part {
  readonly path: string
  /** The name of the part; absent if the whole file is made. */
  readonly name?: string
  readonly make: () => string | Promise<string>
}

const decisionsFolder = 'docs/adr'
const errorFolder = 'docs/errors'
const services = [...catalogue, registry]
const pages = errorPages([...services, gateway], systemErrors)
const permissions = await readPermissions(root)
const manifests = await kubernetesFiles(shop)
const apis = await apiFiles(shop)
const chart = await helmFiles(shop)
const compose = await composeFiles(shop)
const terraform = await terraformFiles(shop)
const rules = prometheusRules(shop)

const parts: readonly Part[] = [
  ...shop.services.map(({ folder, contract }) => ({
    path: `${folder}/README.md`,
    name: 'contract',
    make: () => (contract === undefined ? routesPart(catalogue) : contractPart(contract)),
  })),
  { path: 'README.md', name: 'services', make: () => servicesPart(root, shop.services) },
  { path: `${errorFolder}/README.md`, name: 'errors', make: () => errorsPart(pages) },
  ...pages.map((page) => ({ path: `${errorFolder}/${page.file}`, make: () => errorPage(page) })),
  { path: `${decisionsFolder}/README.md`, name: 'decisions', make: () => decisionsPart(join(root, decisionsFolder)) },
  { path: 'contracts/permissions.ts', make: () => permissionsList(permissions) },
  { path: 'docs/operating-api.md', make: operatingPage },
  { path: 'docs/permissions.md', make: () => permissionsPage(permissions) },
  { path: 'docs/settings.md', name: 'settings', make: () => settingsPart(root, shop.services) },
  ...manifests.map(({ name, text }) => ({ path: `${kubernetesFolder}/${name}`, make: () => text })),
  ...apis.map(({ name, text }) => ({ path: `${apisFolder}/${name}`, make: () => text })),
  ...chart.map(({ name, text }) => ({ path: `${helmFolder}/${name}`, make: () => text })),
  ...compose.map(({ name, text }) => ({ path: `${composeFolder}/${name}`, make: () => text })),
  ...terraform.map(({ name, text }) => ({ path: `${terraformFolder}/${name}`, make: () => text })),
  { path: `${observabilityFolder}/${rules.name}`, make: () => rules.text },
]

/** Every file with a made part, as it is and as it has to be; and what could not be made, a sentence each. */
export async function makeFiles(): Promise<{ readonly files: MadeFile[]; readonly problems: string[] }> {
  const made = await Promise.allSettled(parts.map(makePart))
  const events = await publishedEvents(root, services)
  return {
    files: [...made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])), ...events.files],
    problems: [
      ...events.problems,
      ...made.flatMap((each, index) => (each.status === 'rejected' ? [`${parts[index]?.path}: ${each.reason}`] : [])),
      ...(await surplusPages()),
      ...(await surplusFiles(kubernetesFolder, manifests)),
      ...(await surplusFiles(helmFolder, chart)),
      ...(await surplusFiles(apisFolder, apis)),
    ],
  }
}

async function makePart({ path, name, make }: Part): Promise<MadeFile> {
  const content = await make()
  if (name === undefined)
    return { path, before: await readFile(join(root, path), 'utf8').catch(() => ''), after: content }
  const before = await readFile(join(root, path), 'utf8')
  return { path, before, after: replaceMarkedPart(before, name, content) }
}

/** Pages of services that no longer exist or have no codes. */
async function surplusPages(): Promise<string[]> {
  const known = new Set(['README.md', ...pages.map(({ file }) => file)])
  const found = await readdir(join(root, errorFolder))
  return found.filter((file) => !known.has(file)).map((file) => `${errorFolder}/${file}: no service has these codes`)
}

/** Files of processes that the system no longer has. */
async function surplusFiles(folder: string, files: readonly PublishedFile[]): Promise<string[]> {
  const known = new Set(files.map(({ name }) => name))
  const found = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => [])
  return found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(join(root, folder), join(entry.parentPath, entry.name)))
    .filter((file) => !known.has(file))
    .map((file) => `${folder}/${file}: the system has no such process`)
}
