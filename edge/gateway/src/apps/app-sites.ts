import { appSessionPaths, type App } from '@stoa/contract'
import type { RequestHead } from '../exchange.ts'
import type { GatewayPage } from '../fixed-page.ts'
import { MethodNotAllowed } from '../pipeline.ts'
import type { SessionPages } from '../sessions/session-pages.ts'
import { readAppFiles } from './app-files.ts'
import { missingPage, startPage } from './start-page.ts'

/** What an app has at an address. */
export interface AppVisit {
  /** The name of its route in metrics and logs. */
  readonly route: string
  readonly answer: () => GatewayPage | Promise<GatewayPage>
}

interface SitesOptions {
  /** By the name of their folder. */
  readonly apps: Readonly<Record<string, App>>
  /** The folders of those that are built, by name. */
  readonly folders: ReadonlyMap<string, string>
  /** The origin that browsers use. */
  readonly origin: string
  readonly sessions: SessionPages
}

type Site = (head: RequestHead, rest: string) => AppVisit | undefined

/** Serves the apps: their files, the start page for every other address below their path, and their sessions. */
export function appSites({
  apps,
  folders,
  origin,
  sessions,
}: SitesOptions): (head: RequestHead) => AppVisit | undefined {
  const sites = Object.entries(apps).map(([name, app]) => ({
    path: app.path,
    visit: siteOf(name, app, { folder: folders.get(name), origin, sessions }),
  }))
  return (head) => {
    for (const { path, visit } of sites) {
      if (head.path === path || head.path.startsWith(`${path}/`)) return visit(head, head.path.slice(path.length))
    }
    return undefined
  }
}

interface SiteOptions {
  readonly folder: string | undefined
  readonly origin: string
  readonly sessions: SessionPages
}

function siteOf(name: string, app: App, { folder, origin, sessions }: SiteOptions): Site {
  const files = folder === undefined ? undefined : readAppFiles(app.path, folder)
  const route = `${app.path}/*`
  const start = () => (files === undefined ? missingPage(route, app.title) : startPage(route, files.start, origin))
  return (head, rest) => {
    const session = sessions(name, app, head, rest)
    if (session !== undefined) return session
    const asset = files?.assets.get(rest)
    // a file that is missing is not an address of the app, or an old page would load the start page as a script
    if (asset === undefined && (rest.startsWith('/assets/') || rest.startsWith(`${appSessionPaths.show}/`)))
      return undefined
    requireRead(head)
    return asset === undefined ? { route, answer: start } : { route: asset.route, answer: () => asset }
  }
}

function requireRead({ method }: RequestHead): void {
  if (method !== 'GET' && method !== 'HEAD') throw new MethodNotAllowed(method, ['GET', 'HEAD'])
}
