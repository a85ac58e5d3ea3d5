import type { Pipeline, Run } from '@stoa/contracts/etl/resources'
import { askFor } from '../api.ts'
import { CommandFailed, readReaching } from '../arguments.ts'
import { formatTable, say, sayJson, toned } from '../output.ts'
import { gatewayOf, operatingToken } from '../reached-system.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'
import type { ReachedSystem } from '../system-url.ts'

export const help = `Usage: stoa pipelines ls [--json]
       stoa pipelines run NAME [--json]

Lists the pipelines of the lake with the last run of each, or runs one now and waits for its end. Exits with 1 if the run fails.
`

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand('pipelines', { ls: list, run: start }, args)
}

async function list(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, { json: { type: 'boolean' } })
  const { items } = await ask<{ readonly items: readonly Pipeline[] }>(system, 'GET', '/api/v1/pipelines')
  if (values.json === true) {
    sayJson(items)
    return 0
  }
  const rows = items.map(({ name, everySeconds, waitingEvents, lastRun }) => [
    name,
    `${everySeconds / 60} min`,
    String(waitingEvents),
    lastRun?.state ?? 'never run',
    lastRun?.endedAt ?? lastRun?.createdAt ?? '',
    lastRun?.error ?? '',
  ])
  for (const line of formatTable(['PIPELINE', 'EVERY', 'WAITING', 'LAST RUN', 'AT', 'ERROR'], rows)) say(line)
  return 0
}

const waitSeconds = 30
// as long as a run may take
const giveUpAfterMs = 1_800_000

async function start(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, { json: { type: 'boolean' } }, { positionals: 1 })
  const name = requireArgument(positionals, 0, 'the pipeline')
  const path = `/api/v1/pipelines/${encodeURIComponent(name)}/runs`
  const giveUpAt = performance.now() + giveUpAfterMs
  let found = await ask<Run>(system, 'POST', path).catch((error: unknown) => {
    if (!(error instanceof CommandFailed) || error.code !== 'request.path_unknown') throw error
    throw new CommandFailed(`there is no pipeline ${name}: "stoa pipelines ls" lists them`)
  })
  while (found.state === 'queued' || found.state === 'running') {
    if (performance.now() > giveUpAt) throw new CommandFailed(`the run ${found.id} has not ended`)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    found = await ask<Run>(system, 'GET', `${path}/${found.id}`)
  }
  if (values.json === true) sayJson(found)
  else show(found)
  return found.state === 'succeeded' ? 0 : 1
}

function show({ state, steps, error }: Run): void {
  for (const { name, rowsRead, rowsWritten, skipped } of steps) {
    say(skipped === true ? `${name}: nothing had changed` : `${name}: read ${rowsRead} rows, wrote ${rowsWritten}`)
  }
  say(state === 'succeeded' ? toned('green', 'The run has succeeded.') : toned('red', `The run has failed: ${error}`))
}

async function ask<Answer>(system: ReachedSystem, method: string, path: string): Promise<Answer> {
  const authorization = `Bearer ${await operatingToken(system)}`
  const prefer = `wait=${waitSeconds}`
  const url = `${await gatewayOf(system)}${path}`
  return askFor<Answer>(url, { method, headers: { authorization, prefer } }, (waitSeconds + 10) * 1_000)
}
