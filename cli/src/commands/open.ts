import { spawn } from 'node:child_process'
import { addressOf } from '../api.ts'
import { readArguments, UsageError } from '../arguments.ts'
import { say, sayJson } from '../output.ts'

export const help = `Usage: stoa open [WHAT] [--json]

Prints the address of something one can look at, and opens it in the browser when this is a terminal: products (unless
told otherwise), api (OpenAPI), issuer (OpenID configuration), registry. --json prints all addresses and opens nothing.
`

const places: Readonly<Record<string, { readonly service: string; readonly path: string }>> = {
  products: { service: 'gateway', path: '/api/v1/products' },
  api: { service: 'gateway', path: '/openapi.json' },
  issuer: { service: 'gateway', path: '/.well-known/openid-configuration' },
  registry: { service: 'registry', path: '/api/services' },
}

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(args, { json: { type: 'boolean' } }, { positionals: 1 })
  const [what = 'products'] = positionals
  const place = Object.hasOwn(places, what) ? places[what] : undefined
  if (place === undefined)
    throw new UsageError(`there is no ${what} to open: there is ${Object.keys(places).join(', ')}`)
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
