import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Bindings, ReadHandle, Tx, WriteHandle } from '@stoa/contract'
import { newId, platformError } from '@stoa/kernel'
import type { Database, MigrationSet } from '@stoa/postgres'
import { anonymous } from '@stoa/security'
import { createTelemetry, type LogDestination } from '@stoa/telemetry'
import {
  requireVersion,
  applyMergePatch,
  createHttpApp,
  httpMigrations,
  readPageById,
  type HttpApp,
  type HttpAppOptions,
} from '../src/index.ts'
import { parcelContract, type Parcel, type ParcelService } from './parcel-contract.ts'

export const parcelMigrations: readonly MigrationSet[] = [
  httpMigrations,
  {
    name: 'parcel',
    migrations: [
      {
        name: '0001-create-parcels',
        sql: `create table parcels (id uuid primary key, label text not null, weight int not null, status text not null,
                owner_id text not null, version int not null default 1);
              create table payments (id uuid primary key, provider_key text not null, amount int not null);
              create table attempts (at timestamptz not null default now(), what text not null);`,
      },
    ],
  },
]

/** What tests do to the service from outside, and what they see of it. */
export interface Hall {
  /** Runs inside the transaction of a creation, before it ends. */
  duringCreate: (() => Promise<void>) | undefined
  /** Runs before the transaction of a creation. */
  beforeCreate: (() => Promise<void>) | undefined
  /** The provider of payments; it charges once for each key. */
  charge: (key: string) => Promise<number>
  createdRuns: number
  begunRuns: number
  hangingRuns: number
}

interface Row extends Parcel {
  readonly version: number
}

export function parcelBindings(hall: Hall): Bindings<ParcelService>['operations'] {
  return {
    async createParcel({ body, caller, refuse, commit }) {
      hall.createdRuns += 1
      await hall.beforeCreate?.()
      if (body.label === 'forbidden') return refuse('parcel.forbidden_label', 'This label is not allowed.')
      return commit(async (tx) => {
        const id = newId()
        await tx.sql`insert into parcels (id, label, weight, status, owner_id)
          values (${id}, ${body.label}, ${body.weight}, 'pending', ${caller.subject})`
        await hall.duringCreate?.()
        if (body.label === 'too late') return refuse('parcel.forbidden_label', 'Found out late.')
        return { status: 201, id }
      })
    },
    async getParcel({ params, db, refuse }) {
      const parcel = await findParcel(db, params.id)
      if (parcel === undefined) return refuse('parcel.not_found', 'There is no such parcel.')
      if (parcel.label === 'unreadable') throw new Error('this label cannot be read back')
      const { version, ...body } = parcel
      return { status: 200, version, body }
    },
    async getLabel({ params, db, refuse }) {
      const parcel = await findParcel(db, params.id)
      if (parcel === undefined) return refuse('parcel.not_found', 'There is no such parcel.')
      const { label, ownerId } = parcel
      return { status: 200, body: { fileName: `${label}.pdf`, bytes: Buffer.from(`%PDF-${label}`), ownerId } }
    },
    async listParcels({ query, db, caller }) {
      const read = (after: string | undefined, limit: number) => db.sql<Parcel>`
        select id, label, weight, status, owner_id as "ownerId" from parcels
        where owner_id = ${caller.subject} and (${after}::uuid is null or id > ${after}::uuid)
          and (${query.status}::text is null or status = ${query.status})
          and (${query.weight}::int[] is null or weight = any(${query.weight}::int[]))
        order by id limit ${limit}`
      return { status: 200, body: toBody(await readPageById(query, read)) }
    },
    async listOwnerParcels({ params, db }) {
      const read = (_after: string | undefined, limit: number) => db.sql<Parcel>`
        select id, label, weight, status, owner_id as "ownerId" from parcels where owner_id = ${params.ownerId} limit ${limit}`
      return { status: 200, body: toBody(await readPageById({}, read)) }
    },
    async replaceParcel({ params, body, caller, expectedVersion, refuse, commit }) {
      return commit(async (tx) => {
        const parcel = await findParcel(tx, params.id)
        if (parcel === undefined || !caller.mayReach(parcel.ownerId))
          return refuse('parcel.not_found', 'There is no such parcel.')
        const rows = await tx.sql`update parcels set label = ${body.label}, version = version + 1
          where id = ${params.id} and (${expectedVersion}::int is null or version = ${expectedVersion}) returning 1 as one`
        if (rows.length === 0) return refuse('request.stale', 'The parcel has changed.')
        return { status: 200, id: params.id }
      })
    },
    async changeParcel({ params, body, expectedVersion, refuse, commit }) {
      return commit(async (tx) => {
        const parcel = await findParcel(tx, params.id)
        if (parcel === undefined) return refuse('parcel.not_found', 'There is no such parcel.')
        requireVersion(expectedVersion, parcel)
        const { version, ...now } = parcel
        const changed = applyMergePatch({ ...now, label: now.label }, body) as Parcel
        const label = changed.label ?? 'no label'
        await tx.sql`update parcels set label = ${label}, version = version + 1 where id = ${params.id}`
        return { status: 200, version: version + 1, body: { ...now, label } }
      })
    },
    async removeParcel({ params, caller, expectedVersion, refuse, commit }) {
      return commit(async (tx) => {
        const rows = await tx.sql`
          delete from parcels where id = ${params.id} and owner_id = ${caller.subject}
            and (${expectedVersion}::int is null or version = ${expectedVersion}) returning 1 as one`
        return rows.length === 0 ? refuse('parcel.not_found', 'There is no such parcel.') : { status: 204 }
      })
    },
    async callOff({ params, caller, refuse, commit }) {
      return commit(async (tx) => {
        const parcel = await findParcel(tx, params.id)
        if (parcel === undefined || !caller.mayReach(parcel.ownerId))
          return refuse('parcel.not_found', 'There is no such parcel.')
        await tx.sql`insert into attempts (what) values ('call-off')`
        return { status: 202, id: params.id }
      })
    },
    async payForParcel({ key, begin, commit, refuse }) {
      const begun = await begin(async () => {
        hall.begunRuns += 1
        return { id: newId(), providerKey: key ?? 'none' }
      })
      if (!('providerKey' in begun)) return begun
      let amount: number
      try {
        amount = await hall.charge(begun.providerKey)
      } catch {
        return refuse('parcel.carrier_away', 'The carrier does not answer.')
      }
      return commit(async (tx) => {
        await tx.sql`insert into payments (id, provider_key, amount) values (${begun.id}, ${begun.providerKey}, ${amount})`
        return { status: 201, body: { id: begun.id, amount } }
      })
    },
    async weigh({ body, caller }) {
      return { status: 200, body: { grams: body.weight ?? 0, caller: caller.subject } }
    },
    async signIn({ body, refuse, commit }) {
      if (body.password !== 'right') {
        return refuse('parcel.wrong_password', 'The password is wrong.', {
          keep: async (tx) => void (await tx.sql`insert into attempts (what) values ('wrong password')`),
        })
      }
      return commit(async () => ({ status: 200, body: { token: newId() } }))
    },
    async takeNotice({ body, rawBody, commit }) {
      return commit(async () => ({
        status: 200,
        body: { label: body.label, bytes: Buffer.from(rawBody).toString('base64') },
      }))
    },
    async sweep({ commit }) {
      return commit(async (tx) => {
        await tx.sql`insert into attempts (what) values ('sweep')`
        return { status: 204 }
      })
    },
    async misbehave({ params, signal }) {
      if (params.how === 'throw') throw new Error('a secret of the inside')
      if (params.how === 'hang') {
        hall.hangingRuns += 1
        await delay(60_000, undefined, { signal })
      }
      const body = params.how === 'leak' ? { ok: true, password: 'hunter2' } : { ok: true }
      return { status: 200, body }
    },
    async *watch({ params, query, headers, signal }) {
      const from = Number(headers['last-event-id'] ?? 0)
      for (let n = from + 1; n <= from + (query.count ?? 0); n += 1)
        yield { id: String(n), event: 'moved', data: { n, of: params.ownerId } }
      if (query.count === 0) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    },
    foreign(request, response) {
      response.end(`foreign ${request.url}`)
    },
  }
}

function toBody<Item>(page: { readonly items: readonly Item[]; readonly nextCursor?: string }) {
  return { ...page, items: [...page.items] }
}

async function findParcel({ sql }: ReadHandle, id: string): Promise<Row | undefined> {
  const [row] =
    await sql<Row>`select id, label, weight, status, owner_id as "ownerId", version from parcels where id = ${id}`
  return row
}

/** A running instance on a port of its own. */
export interface Started {
  readonly url: string
  readonly app: HttpApp
  readonly hall: Hall
  readonly lines: () => Record<string, unknown>[]
  /** Tells waiting requests that a parcel has changed. */
  readonly announce: (id: string) => void
  /** How many requests listen for a change. */
  readonly listening: () => number
  readonly close: () => Promise<void>
}

export async function startParcels(database: Database, more: Partial<HttpAppOptions> = {}): Promise<Started> {
  const hall: Hall = {
    duringCreate: undefined,
    beforeCreate: undefined,
    charge: async () => 500,
    createdRuns: 0,
    begunRuns: 0,
    hangingRuns: 0,
  }
  const written: string[] = []
  const destination: LogDestination = { write: (line: string) => written.push(line), flush() {}, close() {} } as never
  const telemetry = createTelemetry({
    service: 'parcel',
    environment: 'test',
    version: '1',
    instance: 'a',
    destination,
  })
  const waiting = new Map<string, Set<() => void>>()
  const app = await createHttpApp({
    service: parcelContract,
    bindings: { ...parcelBindings(hall) },
    database,
    calls: () => ({}),
    makeTx: makeTestTx,
    authenticate: async ({ headers }) => principalOf(headers.authorization as string | undefined),
    telemetry,
    newId,
    changes: {
      watch(id) {
        const { promise, resolve } = Promise.withResolvers<void>()
        const known = waiting.get(id) ?? new Set()
        waiting.set(id, known.add(resolve))
        return { changed: promise, stop: () => void known.delete(resolve) }
      },
    },
    version: '1.0.0',
    checkAnswers: true,
    ...more,
  })
  const server = createServer(app.listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    app,
    hall,
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
    announce: (id) => waiting.get(id)?.forEach((resolve) => resolve()),
    listening: () => [...waiting.values()].reduce((sum, known) => sum + known.size, 0),
    close: () => closeServer(server, app),
  }
}

async function closeServer(server: Server, app: HttpApp): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  await app.close()
  server.closeAllConnections()
  await closed
}

/** Publishing, sagas and the audit trail belong to other packages; this contract has none of the former. */
function makeTestTx(tx: WriteHandle): Tx {
  const none = () => Promise.reject(new Error('this contract has no events, sagas or tasks'))
  return { sql: tx.sql, publish: none, start: none, signal: none, enqueue: none, audit() {} } as unknown as Tx
}

/** `Bearer ada` may send and read; `Bearer staff+parcel:read:any` may that as well; `Bearer nobody-` may nothing, `Bearer narrow-` lacks the scope. */
function principalOf(header: string | undefined) {
  if (header === undefined) return anonymous
  const [subject = '', ...extra] = header.replace('Bearer ', '').split('+')
  if (subject === 'expired') throw platformError('auth.token_invalid', 'The token is not valid.')
  const granted = new Set(subject.endsWith('-') ? extra : ['parcel:send', 'parcel:read', ...extra])
  return {
    kind: 'user' as const,
    subject,
    roles: [],
    can: (permission: string) => permission === 'public' || granted.has(permission),
    isGrantedByRole: () => subject === 'narrow-',
  }
}
