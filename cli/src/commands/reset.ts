import { askSupervisor, NotRunning } from '@stoa/system/supervisor/control'
import { readArguments, UsageError } from '../arguments.ts'
import { note, say } from '../output.ts'

export const help = `Usage: stoa reset --yes

Throws away all data and puts the demonstration data in, whether the system runs or not; if it ran, it is ready again
when the command returns. The keys that tokens are signed with stay.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, { yes: { type: 'boolean' } })
  if (values.yes !== true) throw new UsageError('reset throws all data away: say that you mean it with --yes')
  try {
    await askSupervisor(folder, { command: 'reset' }, note)
    say('All data are as in the beginning, and everything is ready.')
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
    const { resetStopped } = await import('@stoa/system/supervisor/reset-stopped')
    await resetStopped({ data: folder, environment: process.env, onProgress: note, onTrouble: note })
    say('All data are as in the beginning.')
  }
  return 0
}
