import { signIn } from '../api.ts'
import { readArguments, UsageError } from '../arguments.ts'
import { say } from '../output.ts'

export const help = `Usage: stoa token --user EMAIL [--password PASSWORD] [--otp CODE]

Prints an access token of the account that is valid for at least 10 minutes. If --password is omitted, the password of the
demonstration accounts is used. --otp is the code of an account with a second factor.
`

// gives the user time to copy and use the token
const tenMinutesMs = 600_000

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, {
    user: { type: 'string' },
    password: { type: 'string' },
    otp: { type: 'string' },
  })
  if (values.user === undefined) throw new UsageError('token requires an account: --user EMAIL')
  say(await signIn(folder, values.user, values, tenMinutesMs))
  return 0
}
