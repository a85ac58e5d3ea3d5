import { statfs } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { prepareLocation } from './postgres/location.ts'
import { askSupervisor, NotRunning, type ProcessRow } from './control.ts'
import { makeDataFolder, refusalForFolder, type DataFolder } from './data-folder.ts'
import { choosePorts, wantedPorts } from './place.ts'
import { requireFree } from './ports.ts'
import { systemIn } from './system-in.ts'
import { systemError } from '@stoa/system/system-errors'

/** One thing that was looked at. */
export interface Finding {
  readonly what: string
  readonly isFine: boolean
  readonly detail: string
}

type Environment = Readonly<Record<string, string | undefined>>

const mebibyte = 1024 * 1024
const comfortableBytes = 2_048 * mebibyte
const wantedNodeMajor = 26

/** Looks at all that a start needs, without starting anything. */
export async function examine(data: DataFolder, environment: Environment): Promise<Finding[]> {
  const running = await runningRows(data)
  return [
    await look('Node', async () => nodeVersion()),
    await look('memory', async () => memory()),
    await look('data folder', async () => {
      await makeDataFolder(data)
      const { bavail, bsize } = await statfs(data.path)
      return `${data.path}, ${Math.floor((bavail * bsize) / mebibyte)} MiB free`
    }),
    await look('PostgreSQL', async () => {
      if (environment['DATABASE_URL']) return 'the server of DATABASE_URL'
      const { native, account } = await prepareLocation(data.postgres)
      return account === undefined ? native : `${native}, run by the account ${account.name}`
    }),
    running === undefined ? await look('ports', () => freePorts(data, environment)) : processes(running),
  ]
}

async function look(what: string, see: () => Promise<string>): Promise<Finding> {
  try {
    return { what, isFine: true, detail: await see() }
  } catch (cause) {
    const error = refusalForFolder('the data folder', cause)
    return { what, isFine: false, detail: error instanceof Error ? error.message : String(error) }
  }
}

function nodeVersion(): string {
  if (Number(process.versions.node.split('.')[0]) >= wantedNodeMajor) return `${process.version}, ${process.execPath}`
  throw systemError(
    'system.old_node',
    `${process.version} is too old: use "npm run stoa", which brings Node ${wantedNodeMajor}`,
  )
}

function memory(): string {
  const text = `${Math.floor(totalmem() / mebibyte)} MiB, ${availableParallelism()} processors`
  if (totalmem() >= comfortableBytes) return text
  throw systemError('system.little_memory', `${text}: the system needs about ${comfortableBytes / mebibyte} MiB`)
}

async function freePorts(data: DataFolder, environment: Environment): Promise<string> {
  const { services } = await systemIn(data)
  const ports = await choosePorts(services, { isAuto: false, environment })
  const wanted = wantedPorts(services, ports, !environment['DATABASE_URL'])
  await requireFree(wanted)
  return `${wanted.length} wanted, all free`
}

function processes(rows: readonly ProcessRow[]): Finding {
  const unwell = rows.filter(({ state }) => state !== 'ready')
  const detail =
    unwell.length === 0
      ? `${rows.length}, all ready`
      : unwell.map(({ service, state }) => `${service} is ${state}`).join(', ')
  return { what: 'processes', isFine: unwell.length === 0, detail }
}

async function runningRows(data: DataFolder): Promise<ProcessRow[] | undefined> {
  try {
    return await askSupervisor<ProcessRow[]>(data, { command: 'ps' })
  } catch (error) {
    if (error instanceof NotRunning) return undefined
    throw error
  }
}
