import { randomUUID } from 'node:crypto'
import { Check } from 'typebox/schema'
import { isGood } from '../../requests/accounts.ts'
import { faultOf } from '../../requests/problems.ts'
import { isOperation, type DeclaredRoute } from '../../requests/declared-routes.ts'
import { doorOf, send, type Answered, type Sent } from '../../requests/send.ts'
import { uploadOf, uploadsAtOnce } from '../../requests/uploads.ts'
import { wholeValueOf } from '../../requests/valid-values.ts'

/**
 * Sends one write many times at once with one key, and once more: it is done once, and all are answered alike. With that
 * key and another body it is refused.
 */
export async function faultsOfRepeats(each: DeclaredRoute, sent: Sent): Promise<string[]> {
  const door = doorOf(each)
  const atOnce = uploadOf(each) === undefined ? 10 : uploadsAtOnce
  const answers = await Promise.all(Array.from({ length: atOnce }, () => send(door, sent)))
  answers.push(await send(door, sent))
  const isOver = (answer: Answered) => endsOwnAccount(each) && answer.body?.code === 'auth.token_invalid'
  const inTime = answers.filter((answer) => !isOver(answer))
  if (inTime.length === 0) return [`${sent.method} ${sent.path}: the session had ended before`]
  const bad = inTime.filter((answer) => !isGood(answer))
  if (bad.length > 0) return bad.map(({ status, text }) => `${sent.method} ${sent.path}: ${status} ${text}`)
  const faults: string[] = []
  const outcomes = new Set(inTime.map((answer) => outcomeOf(each, answer)))
  if (outcomes.size > 1) faults.push(`one key has had several outcomes: ${[...outcomes].join(' | ')}`)
  const other = await send(door, otherRequest(each, sent))
  if (isOver(other)) return faults
  const fault = faultOf(other, { statuses: [422] })
  if (fault !== undefined || other.body.code !== 'idempotency.key_reused') {
    faults.push(`the key for another request: ${fault ?? other.text}`)
  }
  return faults
}

/** Whether the session that it is sent in ends with the account: a repeat is refused as soon as the gateway has heard of it. */
function endsOwnAccount({ at }: DeclaredRoute): boolean {
  return at === 'user.deleteUser'
}

/** What one effect has in common however often it is told: the status, and the ids of what was made or changed. */
function outcomeOf({ route }: DeclaredRoute, { status, body }: Answered): string {
  const { answers = {}, answersWith } = route.kind === 'operation' ? route : {}
  const isSettled = Object.keys(answers).length > 1
  const named: unknown = body?.id ?? body?.items?.map(({ id }: { id: unknown }) => id) ?? body?.path
  // what is read again each time may have moved on
  const ids = named ?? (answersWith === undefined ? body : undefined)
  return `${isSettled ? 'settled' : status} ${JSON.stringify(ids)}`
}

/** The same request with one value changed, or where nothing can be, under another address. */
function otherRequest(each: DeclaredRoute, sent: Sent): Sent {
  if (Buffer.isBuffer(sent.body)) return { ...sent, body: Buffer.concat([sent.body, Buffer.from('x')]) }
  const schema = isOperation(each) ? each.route.body : undefined
  const changed = schema === undefined ? [] : otherValues(sent.body).filter((value) => Check(schema, value))
  if (changed.length > 0) return { ...sent, body: changed[0] }
  const [field] = each.route.query === undefined ? [] : fieldsOf(wholeValueOf(each.route.query))
  return { ...sent, path: `${sent.path}?${field === undefined ? 'another' : field.join('=')}` }
}

function* fieldsOf(value: unknown): Iterable<readonly [string, unknown]> {
  if (typeof value === 'object' && value !== null) yield* Object.entries(value)
}

function otherValues(value: unknown): unknown[] {
  if (typeof value === 'string') return [`${value}x`]
  if (typeof value === 'number') return [value + 1]
  if (typeof value === 'boolean') return [!value]
  return [...fieldsOf(value)].flatMap(([name, inner]) =>
    otherValues(inner).map((other) =>
      Array.isArray(value)
        ? value.map((item, index) => (String(index) === name ? other : item))
        : { ...(value as object), [name]: other },
    ),
  )
}

/** Sends a change with versions that the thing does not have: 412, and nothing is changed. */
export async function faultsOfStaleness(each: DeclaredRoute, sent: Sent): Promise<string[]> {
  const faults: string[] = []
  for (const tag of ['"99999"', '"-1"', '"never"', '"1e3"', '"99999999999999999999"', '""']) {
    const headers = { ...sent.headers, 'if-match': tag, 'idempotency-key': randomUUID() }
    const fault = faultOf(await send(doorOf(each), { ...sent, headers }), { statuses: [412] })
    if (fault !== undefined) faults.push(`If-Match ${tag}: ${fault}`)
  }
  return faults
}

/** What a write that compares no version does with one that the client expects: it must not ignore it. */
export async function faultsOfExpecting(each: DeclaredRoute, sent: Sent): Promise<string[]> {
  const headers = { ...sent.headers, 'if-match': '"never"', 'idempotency-key': randomUUID() }
  const fault = faultOf(await send(doorOf(each), { ...sent, headers }), { statuses: [412, 422] })
  return fault === undefined ? [] : [`If-Match "never": ${fault}`]
}
