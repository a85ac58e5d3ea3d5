import type { Operation } from '@stoa/contract'
import { STATUS_CODES } from 'node:http'
import { jsonMediaType } from '../options.ts'
import { problemMediaType, statusOfCode, unexpectedCode } from '../problem.ts'
import type { DescribedRoute } from './document.ts'

/** The answers of an operation: those it declares, and the problems of the door and of its own refusals, by status. */
export function answersOf(described: DescribedRoute<Operation>, isConditional: boolean): object {
  const { route, names } = described
  const answers: Record<string, unknown> = {}
  for (const [status, schema] of Object.entries(route.answers)) {
    answers[status] = {
      description: STATUS_CODES[status] ?? 'Answered',
      ...headersOf(route, Number(status)),
      ...(schema === null ? {} : { content: { [jsonMediaType]: { schema: names.refer(schema) } } }),
    }
  }
  if (route.method === 'GET') answers['304'] ??= { description: 'Not Modified' }
  for (const [status, codes] of problemCodes(described, isConditional)) answers[status] ??= problemAnswer(status, codes)
  return answers
}

function headersOf({ settled, answersWith, method }: Operation, status: number): object {
  const header = (description: string) => ({ description, schema: { type: 'string' } })
  return {
    headers: {
      'X-Request-Id': header('Names this request in the logs'),
      ...(method === 'GET' || answersWith !== undefined ? { ETag: header('The version of the resource') } : {}),
      ...(status === 201 && answersWith !== undefined ? { Location: header('Where the resource is read') } : {}),
      ...(settled === undefined ? {} : { 'Preference-Applied': header('How long it has waited (RFC 7240)') }),
    },
  }
}

function problemAnswer(status: number, codes: readonly string[]): object {
  const schema = { allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }] }
  return { description: STATUS_CODES[status] ?? 'Problem', content: { [problemMediaType]: { schema } } }
}

function problemCodes({ service, route }: DescribedRoute<Operation>, isConditional: boolean): Map<number, string[]> {
  const codes: string[] = ['request.malformed', 'request.deadline_exceeded', 'service.draining', ...route.refuses]
  if (route.permission !== 'public') codes.push('auth.token_missing', 'auth.token_invalid', 'auth.permission_missing')
  if (route.owner !== 'none' || route.path.includes('{')) {
    if (!route.refuses.some((code) => code.endsWith('.not_found'))) codes.push('request.path_unknown')
  }
  if (route.body !== undefined) codes.push('request.too_large', 'request.media_type_unsupported')
  if (route.body !== undefined || route.query !== undefined) codes.push('request.invalid')
  if (route.idempotencyKey !== 'none') {
    codes.push('idempotency.key_malformed', 'idempotency.key_reused', 'idempotency.in_progress')
    if (route.idempotencyKey === 'required') codes.push('idempotency.key_required')
  }
  if (isConditional) codes.push('request.precondition_required', 'request.stale')
  const byStatus = new Map<number, string[]>([[500, [unexpectedCode]]])
  for (const code of codes) {
    const status = statusOfCode(service.errors, code)
    if (status !== undefined) byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return byStatus
}
