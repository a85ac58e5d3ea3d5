import type { Report } from '@stoa/contracts/reporting/resources'
import type { ResultFacts } from '../use-cases/read-result.ts'
import { numberText } from './money-text.ts'
import { columnName, wordsOf } from './words.ts'

/** What a reader must know about the figures: what they include, and what is missing. */
export function notesOf(
  { language, query: { filters = [] } }: Pick<Report, 'language' | 'query'>,
  facts: Omit<ResultFacts, 'columns' | 'sql'>,
): string[] {
  const words = wordsOf[language]
  const { asOf, versions, rowCount, isTruncated } = facts
  const isBuilt = Object.keys(versions).length > 0
  const tables = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    words.rules,
    ...filters.map(({ dimension, values }) => words.only(columnName(words, dimension), shortList(values, words.more))),
    ...(isBuilt ? [] : [words.notBuilt]),
    ...(isBuilt && asOf === undefined ? [words.incomplete] : []),
    ...(asOf === undefined ? [] : [words.asOf(timeText(asOf))]),
    ...(isTruncated ? [words.truncated(numberText(rowCount, language))] : []),
    ...(rowCount === 0 && isBuilt ? [words.noRows] : []),
    ...(tables.length === 0 ? [] : [words.tables(tables.join(', '))]),
  ]
}

const mostCharacters = 300

/** The first values, and how many more there are: a page has no room for a hundred, and a cell of Excel none for some. */
function shortList(values: readonly string[], more: (count: number) => string): string {
  let length = 0
  const shown = values.filter((value, index) => (length += value.length + 2) <= mostCharacters || index === 0)
  const left = values.length - shown.length
  return [...shown, ...(left === 0 ? [] : [more(left)])].join(', ')
}

function timeText(asOf: string): string {
  return asOf.slice(0, 16).replace('T', ' ')
}
