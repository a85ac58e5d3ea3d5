import { readFile } from 'node:fs/promises'
import type { AnswerBody, OperatingAnswer } from '@stoa/contract'
import { listAudit } from '@stoa/contracts/gateway/http'
import { auditEndpoints } from '@stoa/audit/endpoints'
import { CommandFailed, readReaching, UsageError } from '../arguments.ts'
import { askOperation } from '../ask-operation.ts'
import { atGivenPath } from '../file-errors.ts'
import { askService } from '../operating.ts'
import { formatTable, note, say, sayJson, toned } from '../output.ts'
import { servicesWithTrails, verifyExport } from '../audit-trails.ts'
import type { ReachedSystem } from '../system-url.ts'
import { parseSince } from './logs.ts'

export const help = `Usage: stoa audit search [--service SERVICE] [--actor ID] [--person ID] [--operation NAME] [--target ID]
                         [--outcome succeeded|refused|failed|begun] [--since 10m] [--limit 50] [--json]
       stoa audit verify [SERVICE]... [--json]
       stoa audit verify --file FILE
       stoa audit export SERVICE > FILE

Searches, verifies and exports the audit trail: who signed in, changed permissions, operated the system, or read the data of others.
  search   entries of all services, newest first
  verify   computes every hash of the services again, and compares the chains with the heads noted in the event log's database;
           with --file, those of an export, on this machine. Fails if a row was changed, removed or moved
  export   the rows of a service as they were hashed, one JSON object per line
`

export async function run(args: readonly string[]): Promise<number> {
  const [verb, ...rest] = args
  if (verb === 'search') return search(rest)
  if (verb === 'verify') return verify(rest)
  if (verb === 'export') return exportTrail(rest)
  throw new UsageError('expected search, verify or export')
}

async function search(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, {
    service: { type: 'string' },
    actor: { type: 'string' },
    person: { type: 'string' },
    operation: { type: 'string' },
    target: { type: 'string' },
    outcome: { type: 'string' },
    since: { type: 'string' },
    limit: { type: 'string' },
    json: { type: 'boolean' },
  })
  const { since, json, limit = '50', service, actor, person, operation, target, outcome } = values
  const filter = { service, actor, person, operation, target, outcome }
  const from = since === undefined ? undefined : parseSince(since, new Date())
  const found = await askOperation(system, listAudit, { query: { ...filter, since: from, limit } })
  for (const name of found.unavailable) note(`${name} does not respond: its entries are missing`)
  if (json === true) sayJson(found)
  else if (found.items.length === 0) say('No entry matches.')
  else
    for (const line of formatTable(['AT', 'OPERATION', 'OUTCOME', 'ACTOR', 'TARGET', 'TIMES'], found.items.map(cells)))
      say(line)
  return 0
}

type Entry = AnswerBody<typeof listAudit.answers>['items'][number]

function cells({ at, operation, outcome, code, actor, target, repeats }: Entry): string[] {
  return [
    at,
    operation,
    code === undefined ? outcome : `${outcome}: ${code}`,
    actor,
    target ?? '',
    String(repeats?.count ?? 1),
  ]
}

async function verify(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(
    args,
    { file: { type: 'string' }, json: { type: 'boolean' } },
    { positionals: 100 },
  )
  if (values.file !== undefined) return verifyFile(values.file)
  const services = positionals.length > 0 ? positionals : await servicesWithTrails(system)
  const results = []
  for (const service of services) results.push(await verifyService(system, service))
  if (values.json === true) sayJson(results)
  else for (const result of results) showVerification(result)
  return results.every(({ faults }) => faults.length === 0) ? 0 : 1
}

type Verification = OperatingAnswer<typeof auditEndpoints.verifyAudit>

const verifyTimeoutMs = 600_000

function verifyService(system: ReachedSystem, service: string): Promise<Verification> {
  return askService(system, service, auditEndpoints.verifyAudit, { timeoutMs: verifyTimeoutMs })
}

function showVerification({ service, rows, lastSequence, witnessed, faults, durationMs }: Verification): void {
  const compared = witnessed === undefined ? 'no head is noted elsewhere' : `${witnessed} noted heads`
  const state = faults.length === 0 ? toned('green', 'whole') : toned('red', 'DAMAGED')
  say(`${service}: ${state}, ${rows} rows up to ${lastSequence}, ${compared}, ${durationMs} ms`)
  for (const fault of faults) say(`  ${describeFault(fault)}`)
}

function describeFault({ kind, sequence, count = 1, from }: Verification['faults'][number]): string {
  switch (kind) {
    case 'changed':
      return `row ${sequence} was changed`
    case 'moved':
      return `row ${sequence} was written as row ${from}`
    case 'removed':
      return `rows ${sequence} to ${sequence + count - 1} were removed`
    case 'truncated':
      return `rows ${sequence} to ${sequence + count - 1} were removed from the end`
    case 'rewritten':
      return `the chain up to row ${sequence} is not the one whose head was noted`
    case 'pruned_early':
      return `rows up to ${sequence} were removed before their retention ended`
  }
}

async function verifyFile(file: string): Promise<number> {
  const { rows, faults } = verifyExport(await atGivenPath(file, () => readFile(file, 'utf8')))
  say(faults.length === 0 ? `${toned('green', 'whole')}, ${rows} rows` : `${toned('red', 'DAMAGED')}, ${rows} rows`)
  for (const fault of faults) say(`  ${describeFault(fault)}`)
  return faults.length === 0 ? 0 : 1
}

async function exportTrail(args: readonly string[]): Promise<number> {
  const { system, positionals } = readReaching(args, {}, { positionals: 1 })
  const [service] = positionals
  if (service === undefined) throw new UsageError('expected one service')
  let after = 0
  for (;;) {
    const { items, start } = await askService(system, service, auditEndpoints.exportAudit, {
      query: { after, limit: 2_000 },
    })
    if (after === 0) sayJson({ service, start })
    for (const item of items) sayJson(item)
    if (items.length < 2_000) return 0
    after = items.at(-1)?.sequence ?? after
    if (!Number.isSafeInteger(after)) throw new CommandFailed('the audit trail has a row without a number')
  }
}
