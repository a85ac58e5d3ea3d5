import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixedPage, type GatewayPage } from '../fixed-page.ts'

/** The built files of an app, in memory. */
export interface AppFiles {
  /** The start page, with `{nonce}` and `{origin}` where a response has its own. */
  readonly start: string
  /** The other files by their path below that of the app, each with a hash in its name. */
  readonly assets: ReadonlyMap<string, GatewayPage>
}

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  woff2: 'font/woff2',
}

const largestBytes = 32 * 1_048_576

/** Reads the files of a built app. @throws Error if the folder is not a built app, or is larger than 32 MiB */
export function readAppFiles(path: string, folder: string): AppFiles {
  const start = readFileSync(join(folder, 'index.html'), 'utf8')
  const assets = new Map<string, GatewayPage>()
  let sizeBytes = 0
  for (const name of readdirSync(join(folder, 'assets'))) {
    const type = types[name.slice(name.lastIndexOf('.') + 1)]
    if (type === undefined) continue
    const content = readFileSync(join(folder, 'assets', name))
    sizeBytes += content.length
    if (sizeBytes > largestBytes) throw new Error(`the app in ${folder} is larger than ${largestBytes} bytes`)
    assets.set(`/assets/${name}`, assetPage(`${path}/assets/{file}`, type, content))
  }
  return { start, assets }
}

function assetPage(route: string, type: string, content: Buffer): GatewayPage {
  // the name changes with the content (RFC 8246)
  const headers = ['content-type', type, 'cache-control', 'public, max-age=31536000, immutable']
  return fixedPage(route, [...headers, 'cross-origin-resource-policy', 'same-origin'], content)
}
