import type { Operation, PlatformErrorCode, Socket, Stream } from '@stoa/contract'
import { isNotFound } from '../routes.ts'
import { statusOfCode, unexpectedCode } from '../problem.ts'
import { requiresIfMatch } from '../versions.ts'
import type { DescribedRoute, Door } from './document.ts'

/** The request cannot be admitted, or a dependency is unavailable. */
const always: readonly PlatformErrorCode[] = [
  'request.malformed',
  'service.draining',
  'service.overloaded',
  'service.unavailable',
  'service.no_instance',
  'database.unavailable',
  'database.saturated',
]
/** The caller is not known, or lacks the permission. */
const ofCallers: readonly PlatformErrorCode[] = [
  'auth.token_missing',
  'auth.token_invalid',
  'auth.permission_missing',
  'auth.scope_missing',
]
const ofWrites: readonly PlatformErrorCode[] = ['database.disk_full', 'database.outcome_unknown']

/** The codes that a route may be refused with at a door, by their status. */
export function problemCodes(
  { service, route }: DescribedRoute<Operation | Stream | Socket>,
  door: Door,
): Map<number, string[]> {
  const codes = [
    ...always,
    ...(door === 'gateway' ? ['request.rate_limited'] : []),
    ...(route.permission === 'public' ? [] : ofCallers),
    ...(route.query === undefined ? [] : ['request.invalid']),
    ...(route.kind === 'socket' ? ['request.upgrade_required'] : []),
    ...(route.kind === 'operation' ? codesOfOperation(service, route) : codesOfStream(service, route)),
  ]
  const byStatus = new Map<number, string[]>([[500, [unexpectedCode]]])
  for (const code of new Set(codes)) {
    const status = statusOfCode(service.errors, code)
    if (status !== undefined) byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return byStatus
}

function codesOfOperation(service: DescribedRoute['service'], route: Operation): readonly string[] {
  const codes: string[] = ['request.deadline_exceeded', 'database.statement_timeout', ...route.refuses]
  if (route.owner !== 'none' || route.path.includes('{')) {
    if (!route.refuses.some(isNotFound)) codes.push('request.path_unknown')
  }
  if (route.method !== 'GET') codes.push('request.invalid', 'request.too_large', 'request.media_type_unsupported')
  if (route.upload !== undefined) {
    codes.push('request.length_required', 'request.content_mismatch', 'request.stalled', 'blob.expired')
  }
  if (route.download !== undefined) codes.push('request.range_unsatisfiable', 'blob.lost')
  if (route.effect === 'write') codes.push(...ofWrites)
  if (route.idempotencyKey !== 'none') {
    codes.push('idempotency.key_malformed', 'idempotency.key_reused', 'idempotency.in_progress')
    if (route.idempotencyKey === 'required') codes.push('idempotency.key_required')
  }
  if (requiresIfMatch(service, route)) codes.push('request.precondition_required', 'request.stale')
  return codes
}

function codesOfStream(
  { name, errors }: DescribedRoute['service'],
  { path, refuses }: Stream | Socket,
): readonly string[] {
  if (!path.includes('{') || refuses.length > 0) return refuses
  const ownCode = `${name}.not_found`
  return Object.hasOwn(errors, ownCode) ? ['request.path_unknown', ownCode] : ['request.path_unknown']
}
