import { cp, readdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { System } from '@stoa/system/define-system'
import { root } from '@stoa/system/root'
import { systemError } from '@stoa/system/system-errors'
import { ensureApps } from './apps.ts'
import { buildPortableBundle } from './build-bundle.ts'
import { copyFilesOf } from './bundle.ts'
import { makeFolder } from './make-folder.ts'

/**
 * Writes the program of one process of a system into an empty folder, which runs on another machine of the same kind with `node main.js`:
 * its code, migrations, assets and native packages; for the gateway also the apps. @throws AppError for an unknown name or a full folder
 */
export async function publishBundle(system: System, name: string, folder: string): Promise<void> {
  const { services } = system
  const deployment = services.find((each) => each.name === name)
  if (deployment === undefined) {
    const names = services.map((each) => each.name).join(', ')
    throw systemError('system.unknown_service', `there is no service ${name}: the services are ${names}`)
  }
  await makeFolder(folder)
  if ((await readdir(folder)).length > 0)
    throw systemError('system.folder_not_empty', `the folder ${folder} is not empty: choose another one`)
  await buildPortableBundle(folder, deployment)
  await copyFilesOf(deployment, folder)
  if (deployment.lake !== undefined) await copyNativePackages(folder)
  if (deployment.kind === 'gateway') await copyApps(folder)
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n')
  // before the program is loaded, which would else belong to the shop
  const ofSystem = `process.env.STOA_SYSTEM ||= ${JSON.stringify(system.name)}`
  await writeFile(join(folder, 'main.js'), `${ofSystem}\nawait import('./entries/${name}.js')\n`)
}

/** DuckDB, whose package finds its library in the packages beside it. */
async function copyNativePackages(folder: string): Promise<void> {
  const { resolve } = createRequire(join(root, 'platform/lake/package.json'))
  const scope = dirname(dirname(resolve('@duckdb/node-api/package.json')))
  await cp(scope, join(folder, 'node_modules/@duckdb'), { recursive: true, dereference: true })
}

async function copyApps(folder: string): Promise<void> {
  const apps = await ensureApps(() => {})
  for (const [name, built] of apps) await cp(built, join(folder, 'apps', name), { recursive: true })
}
