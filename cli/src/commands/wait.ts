import { sagaEndpoints } from '@stoa/saga/endpoints'
import { consumerEndpoints, outboxEndpoints } from '@stoa/events/endpoints'
import { setTimeout as delay } from 'node:timers/promises'
import { askSupervisor, NotRunning, type ProcessRow } from '@stoa/supervisor/control'
import type { DataFolder } from '@stoa/supervisor/data-folder'
import { readOperated } from '@stoa/supervisor/operated'
import { CommandFailed, readArguments } from '../arguments.ts'
import { parseDuration } from '../duration.ts'
import { askService, listOf } from '../operating.ts'
import { say } from '../output.ts'

export const help = `Usage: stoa wait [--rest] [--timeout 60s]

Waits until every process is ready, even while the system is still starting. Exits with 1 on timeout.
  --rest         also wait until no saga is running and no event is waiting to be published or handled; sagas that wait for
                 a signal and stuck sagas do not count
  --timeout 60s  maximum time to wait
`

const pollMs = 200
// the maximum that each service lists
const mostSagas = '200'

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, { rest: { type: 'boolean' }, timeout: { type: 'string' } })
  const timeout = values.timeout ?? '60s'
  const giveUpAt = performance.now() + parseDuration('--timeout', timeout)
  const look = async () =>
    (await whatIsNotReady(folder)) ?? (values.rest === true ? await whatIsUnderWay(folder) : undefined)
  for (;;) {
    const missing = await look()
    if (missing === undefined) break
    if (performance.now() > giveUpAt)
      throw new CommandFailed(`after ${timeout}: ${missing}; see "npm run stoa -- logs"`)
    await delay(pollMs)
  }
  say(values.rest === true ? 'Ready and idle.' : 'Ready.')
  return 0
}

async function whatIsNotReady(folder: DataFolder): Promise<string | undefined> {
  try {
    const rows = await askSupervisor<ProcessRow[]>(folder, { command: 'ps' })
    const missing = rows.filter(({ state }) => state !== 'ready')
    return missing.length === 0 ? undefined : missing.map(({ instance, state }) => `${instance} is ${state}`).join(', ')
  } catch (error) {
    if (error instanceof NotRunning) return error.message
    throw error
  }
}

async function whatIsUnderWay(folder: DataFolder): Promise<string | undefined> {
  const { consumers, sagas } = await readOperated(folder)
  const states = ['running', 'compensating'] as const
  const live = await Promise.all(
    states.map((state) =>
      listOf({ folder, url: undefined }, sagaEndpoints.listSagas, undefined, { state, limit: mostSagas }),
    ),
  )
  const count = live.flat().length
  if (count > 0) return `${count} sagas are running`
  const publishers = [...new Set([...consumers, ...Object.keys(sagas)])]
  for (const service of publishers) {
    const { pending } = await askService({ folder, url: undefined }, service, outboxEndpoints.showOutbox)
    if (pending > 0) return `${pending} events of ${service} are not published yet`
  }
  for (const service of consumers) {
    const { lag } = await askService({ folder, url: undefined }, service, consumerEndpoints.showConsumer)
    if (lag > 0) return `${service} has ${lag} events to handle`
  }
  return undefined
}
