import { gateway } from '@stoa/contracts/gateway/service'
import { routesOf, type Route } from '../routes/route.ts'

const operatingTimeoutMs = 600_000

/** The routes that the gateway serves itself: they are authenticated and limited like all others. */
export function ownRoutes(): Route[] {
  return routesOf([gateway]).map((route) =>
    route.name === 'operate'
      ? { ...route, isForeign: false, checksCallers: false, timeoutMs: operatingTimeoutMs }
      : route,
  )
}
