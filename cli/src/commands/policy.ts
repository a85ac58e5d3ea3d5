import { explainCall } from '@stoa/system/explain-call'
import { systemIn } from '@stoa/supervisor/system-in'
import { readArguments } from '../arguments.ts'
import { say, sayJson } from '../output.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'

export const help = `Usage: stoa policy why CALLER CALLEE ACTION [--json]

Says whether a service may call an RPC method of another, and why, according to the contracts of the system: auth makes the tokens of
services of the declared calls. ACTION is the name of the method: reserve, Reserve, or stoa.inventory.v1.InventoryRpc/Reserve. Exit code 1
if the call is refused.
`

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand('policy', { why }, args)
}

async function why(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(args, { json: { type: 'boolean' } }, { positionals: 3 })
  const caller = requireArgument(positionals, 0, 'CALLER')
  const callee = requireArgument(positionals, 1, 'CALLEE')
  const action = requireArgument(positionals, 2, 'ACTION')
  const { services } = await systemIn(folder)
  const decision = explainCall(services, { caller, callee, action })
  const { isAllowed, method, reason, declaredBy } = decision
  if (values.json === true) sayJson(decision)
  else {
    say(`${isAllowed ? 'allowed' : 'refused'}: ${caller} → ${method}`)
    say(`  because ${reason}`)
    if (!isAllowed) {
      say(`  declared by ${declaredBy.length === 0 ? 'no service' : declaredBy.join(', ')}`)
      say(`  ${callee} answers 403 auth.call_undeclared and logs "call refused: not declared"`)
      say(`  to allow it, add the method to calls.${callee} in the contract of ${caller}`)
    } else if (declaredBy.includes(caller)) {
      say(
        `  with a token of ${caller} that lists the method, and with MESH_MTLS=strict the certificate spiffe://stoa/${caller}`,
      )
    }
  }
  return isAllowed ? 0 : 1
}
