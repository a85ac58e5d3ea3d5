import { signIn } from '../api.ts'
import { readArguments, UsageError } from '../arguments.ts'
import { say } from '../output.ts'

export const help = `Usage: stoa token --user EMAIL [--password PASSWORD]

Prints an access token of the account and nothing else. Without a password the demonstration accounts' is tried.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, { user: { type: 'string' }, password: { type: 'string' } })
  if (values.user === undefined) throw new UsageError('token needs an account: --user EMAIL')
  say(await signIn(folder, values.user, values.password))
  return 0
}
