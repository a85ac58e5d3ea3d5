import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { MartResult } from '@stoa/contracts/datamart/resources'
import { quoteText, type DuckSession } from '@stoa/lake'
import type { Deps } from '../deps.ts'
import type { BuiltQuery } from '../model/build-query.ts'
import { factsOf, statementOf, toCell, type Asking, type Statement } from './ask-star.ts'

/** How long the rows of a result are kept. */
export const keptHours = 24

/** What a result says besides its rows, and which run of the query has made them. */
export interface ResultFacts extends Omit<MartResult, 'rows' | 'isTruncated'> {
  readonly madeAt: string
}

/** A portion of the rows of a result. */
export interface Portion extends ResultFacts {
  readonly rows: MartResult['rows']
  readonly rowCount: number
  readonly isTruncated: boolean
}

interface Wanted {
  readonly resultId: string
  readonly offset: number
  readonly limit: number
}

/**
 * Reads a portion of a result. The first call runs the query and keeps its rows as a Parquet file, from which all others read: portions
 * of one result belong together, whatever the pipeline does meanwhile, and any replica can read them.
 * @throws AppError `lake.too_long`, `lake.too_large`
 */
export async function readPortion(
  { duck, lake, tables }: Pick<Deps, 'duck' | 'lake' | 'tables'>,
  query: BuiltQuery,
  { resultId, offset, limit, ...asking }: Wanted & Asking,
): Promise<Portion> {
  const file = fileOf(lake, resultId, query)
  const isKept = await stat(file).then(
    () => true,
    () => false,
  )
  const statement = isKept ? undefined : await statementOf({ lake, tables }, query)
  return duck.use(asking, async (session) => {
    if (statement !== undefined) await keepRows(session, query, { file, statement })
    return readKept(session, file, { query, offset, limit })
  })
}

/** Of two that make a result at once the first one counts: the name exists then, and the link of the other fails. */
async function keepRows(
  session: DuckSession,
  query: BuiltQuery,
  { file, statement }: { readonly file: string; readonly statement: Statement },
): Promise<void> {
  const madeAt = `${Temporal.Now.instant().toString()}/${randomUUID()}`
  const facts: ResultFacts = { ...factsOf(query, statement), madeAt }
  const own = `${file}.${randomUUID()}`
  await mkdir(join(file, '..'), { recursive: true })
  const options = `format parquet, compression zstd, kv_metadata {facts: ${quoteText(JSON.stringify(facts))}}`
  try {
    await session.rows(`copy (${statement.sql}) to ${quoteText(own)} (${options})`, statement.parameters)
    await link(own, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(own, { force: true })
  }
}

async function readKept(
  session: DuckSession,
  file: string,
  { query, offset, limit }: { readonly query: BuiltQuery; readonly offset: number; readonly limit: number },
): Promise<Portion> {
  const source = quoteText(file)
  const [described] = await session.rows(`select decode(value) as facts from parquet_kv_metadata(${source})`)
  const [counted] = await session.rows(`select num_rows as n from parquet_file_metadata(${source})`)
  const facts = JSON.parse(String(described?.['facts'])) as ResultFacts
  const keptRows = Number(counted?.['n'])
  const rowCount = Math.min(keptRows, query.limit)
  const end = Math.min(offset + limit, rowCount)
  const rows =
    end <= offset
      ? []
      : await session.rows(`select * exclude (file_row_number) from read_parquet(${source}, file_row_number = true)
          where file_row_number >= ${offset} and file_row_number < ${end} order by file_row_number`)
  return {
    ...facts,
    rowCount,
    isTruncated: keptRows > query.limit,
    rows: rows.map((row) => facts.columns.map(({ name, type }) => toCell(type, row[name] ?? null))),
  }
}

/** Backups leave out names that begin with a dot: a result can be made again. */
function fileOf(lake: string, resultId: string, { sql, parameters }: BuiltQuery): string {
  // one id with another query is another result
  const ofQuery = createHash('sha256')
    .update(JSON.stringify([sql, parameters]))
    .digest('hex')
    .slice(0, 16)
  return join(lake, resultFolder, `.${resultId}-${ofQuery}.parquet`)
}

const resultFolder = 'results'

/** Removes the results that were made before this time, and what a process that died has begun. */
export async function removeKeptResults(lake: string, before: Temporal.Instant): Promise<void> {
  const folder = join(lake, resultFolder)
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (mtimeMs < before.epochMilliseconds) await rm(path, { force: true })
  }
}
