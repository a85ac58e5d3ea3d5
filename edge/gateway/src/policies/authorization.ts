import { AppError } from '@stoa/kernel'
import type { Principal } from '@stoa/security'
import type { Route } from '../routes/route.ts'

/** Refuses who lacks the permission of the route; whose a resource is, its service knows. */
export function authorize(route: Route, principal: Principal): void {
  if (route.permission === 'public' || principal.can(route.permission)) return
  if (principal.kind === 'anonymous') {
    throw new AppError('unauthenticated', 'auth.token_missing', 'A bearer token is required here.')
  }
  throw new AppError('forbidden', 'auth.permission_missing', `This needs the permission ${route.permission}.`)
}
