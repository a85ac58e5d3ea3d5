import type { Handler, ReadHandle } from '@stoa/contract'
import type { SearchIndex } from '@stoa/contracts/search/resources'
import type { SearchService } from '@stoa/contracts/search/service'
import { Type, type Static } from 'typebox'
import { readPage } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { cancelVersion, countLive, findVersion, listVersions, type IndexVersion } from '../store/indexes.ts'
import { stopWriters } from '../store/writers.ts'
import { startBuild } from './build-index.ts'

export const createIndex =
  ({ clock }: Deps): Handler<SearchService, 'createIndex'> =>
  async ({ commit }) =>
    commit(async (tx) => {
      await stopWriters(tx)
      const version = await startBuild(tx, clock.now())
      return { status: 202, id: idOf(version) }
    })

export const getIndex: Handler<SearchService, 'getIndex'> = async ({ params: { id }, db, refuse }) => {
  const found = await findVersion(db, versionOf(id))
  if (found === undefined) return refuse('search.index_not_found', `There is no index ${id}.`)
  return { status: 200, body: await resourceOf(db, found) }
}

const Place = Type.Object({ version: Type.Integer({ minimum: 1, maximum: 999_999_999 }) })

export const listIndexes: Handler<SearchService, 'listIndexes'> = async ({ query, db }) => {
  const read = (before: Static<typeof Place> | undefined, limit: number) => listVersions(db, before?.version, limit)
  const { items, ...next } = await readPage(query, Place, read, ({ version }) => ({ version }))
  return { status: 200, body: { items: await Promise.all(items.map((each) => resourceOf(db, each))), ...next } }
}

export const cancelIndex: Handler<SearchService, 'cancelIndex'> = async ({ params: { id }, refuse, commit }) =>
  commit(async (tx) => {
    await stopWriters(tx)
    const found = await findVersion(tx, versionOf(id))
    if (found === undefined) return refuse('search.index_not_found', `There is no index ${id}.`)
    if (found.state === 'building') await cancelVersion(tx, found.version)
    return { status: 200, id }
  })

function idOf(version: number): string {
  return `products-${version}`
}

function versionOf(id: string): number {
  return Number(id.slice('products-'.length))
}

async function resourceOf(
  db: ReadHandle,
  { version, state, documents, startedAt, liveAt }: IndexVersion,
): Promise<Static<typeof SearchIndex>> {
  return {
    id: idOf(version),
    name: 'products',
    version,
    state,
    documents: state === 'live' ? await countLive(db) : documents,
    startedAt: startedAt.toString(),
    ...(liveAt === undefined ? {} : { liveAt: liveAt.toString() }),
  }
}
