import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'
import { isFree } from './free-port.ts'
import { systemError } from '@stoa/system/system-errors'

/** A port on which one of our processes listens. */
export interface WantedPort {
  /** Who, in words: `order`, `gateway (ADMIN_PORT)`. */
  readonly who: string
  readonly port: number
}

const run = promisify(execFile)

/** @throws AppError that names every taken port, for whom it was meant and who has it */
export async function requireFree(wanted: readonly WantedPort[]): Promise<void> {
  const tries = await Promise.all(wanted.map(async (each) => ({ ...each, isFree: await isFree(each.port) })))
  const taken = tries.filter(({ isFree: isSo }) => !isSo)
  if (taken.length === 0) return
  const named = await Promise.all(
    taken.map(async ({ who, port }) => `${port} (${who}), held by ${(await holderOf(port)) ?? 'another program'}`),
  )
  const [ports, them] = named.length === 1 ? ['port', 'that program'] : ['ports', 'those programs']
  throw systemError(
    'system.port_taken',
    `${named.length === 1 ? 'a' : 'several'} ${ports} of 127.0.0.1 ${named.length === 1 ? 'is' : 'are'} taken: ` +
      `${named.join('; ')}: stop ${them}, or start with --ports auto`,
  )
}

/** Which program listens there: `node (pid 4711)`; undefined when we may not see it. */
async function holderOf(port: number): Promise<string | undefined> {
  const pid = process.platform === 'linux' ? await pidFromProc(port) : await pidFromLsof(port)
  if (pid === undefined) return undefined
  const { stdout } = await run('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  const name = stdout.trim() || (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim()
  return `${name === '' ? 'a program' : name} (pid ${pid})`
}

async function pidFromProc(port: number): Promise<number | undefined> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  const listening = '0A'
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const inodes = tables
    .flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)))
    .filter(([, local, , state]) => local?.endsWith(suffix) === true && state === listening)
    .map((columns) => `socket:[${columns[9] ?? ''}]`)
  if (inodes.length === 0) return undefined
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const file of files) {
      if (inodes.includes(await readlink(`/proc/${pid}/fd/${file}`).catch(() => ''))) return Number(pid)
    }
  }
  return undefined
}

async function pidFromLsof(port: number): Promise<number | undefined> {
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t']).catch(() => ({ stdout: '' }))
  const pid = Number(stdout.split('\n')[0])
  return pid > 0 ? pid : undefined
}
