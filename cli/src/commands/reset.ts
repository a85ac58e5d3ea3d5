import { askSupervisor, NotRunning } from '@stoa/supervisor/control'
import { readArguments, UsageError } from '../arguments.ts'
import { note, say } from '../output.ts'

export const help = `Usage: stoa reset [SERVICE...] --yes

Deletes the data of the services, or all data if no service is named, and loads the demonstration data, whether the system is
running or not. If it was running, it is ready again when the command returns. The signing keys of tokens are kept.

With services: the event log and the data of other services are kept, and the services consume all events of the log again. Use
it in development, after you have changed a migration that was applied. Other services may still name what was deleted, events
about it become dead letters ("stoa dlq ls"), and notification sends its messages about earlier events again.
billing is refused: it would issue every invoice a second time, with another number.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(args, { yes: { type: 'boolean' } }, { positionals: Infinity })
  const whose = positionals.length === 0 ? 'all data' : `the data of ${positionals.join(', ')}`
  if (values.yes !== true) throw new UsageError(`reset deletes ${whose}: confirm with --yes`)
  try {
    const request = positionals.length === 0 ? 'reset' : 'reset-services'
    await askSupervisor(folder, { command: request, services: positionals }, note)
    say('Data reset; the system is ready.')
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
    const { resetStopped } = await import('@stoa/supervisor/reset-stopped')
    await resetStopped(positionals, { data: folder, environment: process.env, onProgress: note, onTrouble: note })
    say('Data reset.')
  }
  return 0
}
