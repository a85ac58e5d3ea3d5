import { withPortablePatterns, type Service } from '@stoa/contract'
import { parseRoutesDocument, serviceOf } from '@stoa/contract/routes'
import { openApiDocument } from '@stoa/http'
import { asyncApiDocument } from '@stoa/service'
import type { ReadDocument } from './plan-routes.ts'
import { routesOf } from './route.ts'
import { makeRouteTable } from './route-table.ts'

/** Undefined for a document that is not valid, not of this service, or whose pages could not be made: all pages are made together. */
export function readDocument(name: string, value: unknown, own: Service | undefined): ReadDocument | undefined {
  try {
    const document = parseRoutesDocument(value)
    if (document.name !== name) return undefined
    const described = serviceOf(document)
    const service = own === undefined ? described : changedBy(own, described)
    makeRouteTable(routesOf([service]))
    makePages(service)
    return { document, service }
  } catch {
    return undefined
  }
}

function makePages(service: Service): void {
  const info = { title: service.name, version: '1.0.0' }
  JSON.stringify([
    openApiDocument([service], info, 'gateway'),
    asyncApiDocument(service, info),
    Object.values(service.publishes).map(({ data }) => withPortablePatterns(data)),
  ])
}

/** A newer contract of a service of the system: its routes and documents; the rest is of the release of the gateway. */
function changedBy(own: Service, service: Service): Service {
  const { operations, errors, examples, publishes, consumes, owner, slo } = service
  const internal = Object.entries(own.operations).filter(([name]) => !Object.hasOwn(operations, name))
  const kept = internal.filter(([, { path }]) => path.startsWith('/internal/'))
  const all = { ...Object.fromEntries(kept), ...operations }
  return { ...own, operations: all, errors, examples, publishes, consumes, owner, slo }
}
