import { askSupervisor, NotRunning } from '@stoa/system/supervisor/control'
import { readArguments, UsageError } from '../arguments.ts'
import { note, say } from '../output.ts'

export const help = `Usage: stoa reset --yes

Deletes all data and loads the demonstration data, whether the system is running or not. If it was running, it is ready
again when the command returns. The signing keys of tokens are kept.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, { yes: { type: 'boolean' } })
  if (values.yes !== true) throw new UsageError('reset deletes all data: confirm with --yes')
  try {
    await askSupervisor(folder, { command: 'reset' }, note)
    say('Data reset; the system is ready.')
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
    const { resetStopped } = await import('@stoa/system/supervisor/reset-stopped')
    await resetStopped({ data: folder, environment: process.env, onProgress: note, onTrouble: note })
    say('Data reset.')
  }
  return 0
}
