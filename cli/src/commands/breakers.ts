import { breakerEndpoints } from '@stoa/client/endpoints'
import type { OperatingAnswer } from '@stoa/contract'
import { CommandFailed, readReaching, UsageError } from '../arguments.ts'
import { askService } from '../operating.ts'
import { formatTable, note, say, sayJson } from '../output.ts'
import { compact } from '@stoa/kernel'
import { runSubcommand } from '../subcommand.ts'
import type { ReachedSystem } from '../system-url.ts'
import { operatedOf } from '../reached-system.ts'

export const help = `Usage: stoa breakers ls [--by CALLER] [--json]
       stoa breakers reset (CALLEE | --all) [--by CALLER] [--instance ID] [--scope SCOPE]

Lists or resets the circuit breakers that the gateway and the services use for their calls: one for each instance and each
group of routes (gateway) or method (services). A closed breaker lets calls through, an open one rejects them, a half_open
one lets a few probe calls through. When an instance is ready again, its breakers close within seconds; reset closes them
immediately. They open again if the calls still fail.
`

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand('breakers', { ls: list, reset }, args)
}

async function list(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, { json: { type: 'boolean' }, by: { type: 'string' } })
  const { answers, failed } = await askCallers(system, values.by, breakerEndpoints.listBreakers, {})
  const items = answers.flatMap(({ caller, answer }) => answer.items.map((item) => ({ caller, ...item })))
  if (values.json === true) sayJson(items)
  else {
    const rows = items.map((each) => [
      each.caller,
      each.service,
      each.scope,
      each.state,
      `${each.failures} of ${each.calls}`,
      each.retryAfterSeconds > 0 ? `${each.retryAfterSeconds} s` : '',
      each.instance,
      each.state === 'closed' ? '' : (each.lastFailure ?? ''),
    ])
    const head = ['CALLER', 'CALLEE', 'SCOPE', 'STATE', 'FAILED', 'RETRY IN', 'INSTANCE', 'LAST FAILURE']
    for (const line of formatTable(head, rows)) say(line)
  }
  return exitCodeOf(failed)
}

async function reset(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  const { system, values, positionals } = readReaching(
    args,
    { all: { type: 'boolean' }, by: text, instance: text, scope: text },
    { positionals: 1 },
  )
  const [callee] = positionals
  if ((callee === undefined) !== (values.all === true))
    throw new UsageError('name the called service, or use --all; --help shows the usage')
  const query = compact({ callee, instance: values.instance, scope: values.scope })
  const { answers, failed } = await askCallers(system, values.by, breakerEndpoints.resetBreakers, query)
  const count = answers.reduce((sum, { answer }) => sum + answer.reset, 0)
  if (callee !== undefined && count === 0 && failed.length === 0)
    throw new CommandFailed(`no such breaker of ${callee}: "stoa breakers ls" lists the breakers`)
  say(`${count} ${count === 1 ? 'breaker' : 'breakers'} reset.`)
  return exitCodeOf(failed)
}

type BreakerEndpoint = (typeof breakerEndpoints)[keyof typeof breakerEndpoints]

/** Asks every process that has breakers, or one of them; one that does not respond does not hide the others. */
async function askCallers<E extends BreakerEndpoint>(
  system: ReachedSystem,
  by: string | undefined,
  endpoint: E,
  query: Readonly<Record<string, string>>,
) {
  const callers = by === undefined ? ['gateway', ...((await operatedOf(system)).callers ?? [])] : [by]
  const failed: string[] = []
  const asked = callers.map(async (caller) => {
    try {
      const answer = (await askService<BreakerEndpoint>(system, caller, endpoint, { query })) as OperatingAnswer<E>
      return [{ caller, answer }]
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error
      failed.push(`${caller}: ${error.message}`)
      return []
    }
  })
  return { answers: (await Promise.all(asked)).flat(), failed }
}

function exitCodeOf(failed: readonly string[]): number {
  for (const each of failed) note(each)
  return failed.length === 0 ? 0 : 1
}
