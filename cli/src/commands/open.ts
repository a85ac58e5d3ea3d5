import { spawn } from 'node:child_process'
import { addressOf } from '../api.ts'
import { readArguments, UsageError } from '../arguments.ts'
import { say, sayJson } from '../output.ts'

export const help = `Usage: stoa open [WHAT] [--json]

Prints an address of the system, and opens it in the browser if standard output is a terminal. WHAT is products (the
default), api (the API reference), console, issuer (OpenID configuration), registry or metrics (of the gateway). --json prints every address and opens none.
`

const places: Readonly<Record<string, { readonly service: string; readonly path: string }>> = {
  products: { service: 'gateway', path: '/api/v1/products' },
  api: { service: 'gateway', path: '/docs' },
  console: { service: 'gateway', path: '/console/' },
  issuer: { service: 'gateway', path: '/.well-known/openid-configuration' },
  registry: { service: 'registry', path: '/api/services' },
  metrics: { service: 'gateway.ADMIN_PORT', path: '/metrics' },
}

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(args, { json: { type: 'boolean' } }, { positionals: 1 })
  const [what = 'products'] = positionals
  const place = Object.hasOwn(places, what) ? places[what] : undefined
  if (place === undefined)
    throw new UsageError(`cannot open "${what}": expected one of ${Object.keys(places).join(', ')}`)
  const at = async ({ service, path }: typeof place) => (await addressOf(folder, service)) + path
  if (values.json === true) {
    const addresses = Object.entries(places).map(async ([name, each]) => [name, await at(each)] as const)
    sayJson(Object.fromEntries(await Promise.all(addresses)))
    return 0
  }
  const address = await at(place)
  say(address)
  if (process.stdout.isTTY) openInBrowser(address)
  return 0
}

function openInBrowser(address: string): void {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(program, [address], { detached: true, stdio: 'ignore' })
  // A machine without a browser: the address has been printed.
  child.on('error', () => {})
  child.unref()
}
