import { platformErrors } from '@stoa/contract'
import type { Answered } from './send.ts'
import { services } from './declared-routes.ts'

const codes = new Set([...Object.keys(platformErrors), ...services.flatMap(({ errors }) => Object.keys(errors))])

/** What an answer should be: one of these statuses, and for a wrong input a pointer to the wrong place. */
export interface Expected {
  readonly statuses: readonly number[]
  /** RFC 6901: the wrong place, or one above all that is wrong in it. */
  readonly pointer?: string | undefined
}

/** What is wrong with an answer that should be a problem; undefined when nothing is. */
export function faultOf(answer: Answered, { statuses, pointer }: Expected): string | undefined {
  const { status, body, text } = answer
  if (!statuses.includes(status)) return `${status} instead of ${statuses.join(' or ')}: ${text.slice(0, 300)}`
  const fault = faultOfProblem(answer)
  if (fault !== undefined || status !== 422 || pointer === undefined) return fault
  const pointers: unknown[] = Array.isArray(body.errors) ? body.errors.map((each: any) => each.pointer) : []
  const isNamed = pointers.some((each) => each === pointer || String(each).startsWith(`${pointer}/`))
  return isNamed ? undefined : `points to ${JSON.stringify(pointers)} instead of ${pointer}: ${text.slice(0, 300)}`
}

/** What keeps an answer from being problem details (RFC 9457) with the platform's extensions. */
export function faultOfProblem({ status, headers, body, text }: Answered): string | undefined {
  const declaredRoutes = `${status} ${text.slice(0, 300)}`
  if (headers['content-type'] !== 'application/problem+json')
    return `of type ${String(headers['content-type'])}: ${declaredRoutes}`
  if (body?.status !== status) return `says another status: ${declaredRoutes}`
  if (!codes.has(body.code)) return `a code that no catalogue has: ${declaredRoutes}`
  if (body.type !== `/errors/${body.code}`) return `another type than its code: ${declaredRoutes}`
  if (!/^[\da-f]{32}$/.test(String(body.traceId))) return `no trace id: ${declaredRoutes}`
  // what the parser refuses has no path that is known, and closes the connection
  const isRead = headers['connection'] !== 'close'
  for (const field of ['title', 'detail', ...(isRead ? ['instance'] : [])]) {
    if (typeof body[field] !== 'string' || body[field] === '') return `no ${field}: ${declaredRoutes}`
  }
  return undefined
}
