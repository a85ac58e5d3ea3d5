import pg from 'pg'
import { CommandFailed } from './arguments.ts'

/** What pruning the event log removes and keeps. */
export interface Pruned {
  readonly events: number
  /** Groups that have not processed all old events of a topic, for which these are kept. */
  readonly held: readonly { readonly topic: string; readonly group: string }[]
  /** Groups that continue behind events that they have not processed. */
  readonly skipped: readonly { readonly topic: string; readonly group: string; readonly events: number }[]
}

interface Outcome {
  readonly topic: string
  readonly events?: number
  readonly held?: readonly string[]
  readonly skipped?: readonly { readonly group: string; readonly events: number }[]
}

interface Pruning {
  readonly isForced: boolean
  /** Rolls everything back at the end. */
  readonly isDryRun: boolean
}

/**
 * Removes events that are older than the retention of their topic; with `isForced` also those that a group has not processed,
 * which only the owner of the log may. @throws CommandFailed
 */
export async function pruneLog(connection: pg.ClientConfig, { isForced, isDryRun }: Pruning): Promise<Pruned> {
  const client = new pg.Client({ ...connection, application_name: 'stoa-prune' })
  client.on('error', () => {})
  await client.connect().catch((error: Error) => {
    throw new CommandFailed(`the event log does not respond (${error.message}): run "npm start"`)
  })
  try {
    await client.query('begin')
    const { rows } = await client.query<{ outcomes: readonly Outcome[] }>('select event_log_maintain($1) as outcomes', [
      isForced,
    ])
    await client.query(isDryRun ? 'rollback' : 'commit')
    return prunedOf(rows[0]?.outcomes ?? [])
  } catch (error) {
    throw refusal(error)
  } finally {
    await client.end()
  }
}

function prunedOf(outcomes: readonly Outcome[]): Pruned {
  return {
    events: outcomes.reduce((sum, { events = 0 }) => sum + events, 0),
    held: outcomes.flatMap(({ topic, held = [] }) => held.map((group) => ({ topic, group }))),
    skipped: outcomes.flatMap(({ topic, skipped = [] }) => skipped.map((each) => ({ topic, ...each }))),
  }
}

function refusal(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error
  if (error.code === '42501')
    return new CommandFailed(
      'only the owner of the event log may remove events that have not been processed, and LOG_DATABASE_URL is not its owner’s: ' +
        'set LOG_DATABASE_URL to the owner’s, or omit --force',
      error.code,
    )
  if (error.code === '55P03')
    return new CommandFailed('the event log is in use: run the command again in a moment', error.code)
  return error
}

/** What pruning does, in sentences. */
export function describePruned({ events, held, skipped }: Pruned, isDryRun: boolean): string[] {
  return [
    `${isDryRun ? 'Would remove' : 'Removed'} ${counted(events)}.`,
    ...held.map(
      ({ topic, group }) => `Kept: ${group} has not processed all old events of ${topic} (--force removes them).`,
    ),
    ...skipped.map(
      ({ topic, group, events: lost }) =>
        `${group} ${isDryRun ? 'would skip' : 'skips'} ${counted(lost)} of ${topic} that it has not processed.`,
    ),
    ...(isDryRun ? ['Nothing was changed; add --yes to execute it.'] : []),
  ]
}

function counted(events: number): string {
  return events === 1 ? '1 event' : `${events} events`
}
