import type { Statement } from './split-statements.ts'

/** A piece of a statement that is replaced. */
export interface Edit {
  readonly at: number
  readonly length: number
  readonly text: string
}

/** A statement as DuckDB gets it. */
export interface Rewritten {
  readonly sql: string
  /** The position in the text of the client, counted in characters from 1, of an offset in bytes that DuckDB reports. */
  readonly positionOf: (byteOffset: number) => number
}

/** Applies edits, which do not overlap; positions in errors stay those of the client's text. */
export function rewrite(
  { text, at: start }: Pick<Statement, 'text' | 'at'>,
  edits: readonly Edit[],
  whole = '',
): Rewritten {
  const ordered = edits.toSorted((one, other) => one.at - other.at)
  let sql = ''
  let copied = 0
  const kept: { readonly from: number; readonly to: number; readonly length: number }[] = []
  for (const { at, length, text: replacement } of ordered) {
    kept.push({ from: sql.length, to: copied, length: at - copied })
    sql += text.slice(copied, at) + replacement
    copied = at + length
  }
  kept.push({ from: sql.length, to: copied, length: text.length - copied })
  sql += text.slice(copied)
  return {
    sql,
    positionOf(byteOffset) {
      const offset = Buffer.from(sql).subarray(0, byteOffset).toString().length
      const piece = kept.findLast(({ from }) => from <= offset)
      const own = piece === undefined ? 0 : piece.to + Math.min(offset - piece.from, piece.length)
      // PostgreSQL counts characters, also those that are two units of JavaScript
      return charactersOf(whole === '' ? text.slice(0, own) : whole.slice(0, start + own)) + 1
    },
  }
}

function charactersOf(text: string): number {
  return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0)
}
