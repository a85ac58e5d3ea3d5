import { permissionMissing } from '@stoa/http'
import { platformError } from '@stoa/kernel'
import type { Principal } from '@stoa/security'
import type { Route } from '../routes/route.ts'

/** Rejects callers without the permission of the route. The service checks the ownership. */
export function authorize(route: Route, principal: Principal): void {
  if (route.permission === 'public' || principal.can(route.permission)) return
  if (principal.kind === 'anonymous') {
    throw platformError('auth.token_missing', 'A bearer token is required.')
  }
  throw permissionMissing(route.permission, principal)
}
