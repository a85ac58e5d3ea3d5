import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { markdownTable } from './markdown-table.ts'

/** The table of decisions: the pages of the folder, each with its heading. */
export async function decisionsPart(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((file) => file !== 'README.md' && file.endsWith('.md')).toSorted()
  const rows = await Promise.all(files.map((file) => rowOf(folder, file)))
  return markdownTable(['', 'decision'], rows)
}

async function rowOf(folder: string, file: string): Promise<[string, string]> {
  const [, number, title] = /^# (\d{4}): (.+)\n/.exec(await readFile(join(folder, file), 'utf8')) ?? []
  if (number === undefined || title === undefined || !file.startsWith(`${number}-`))
    throw new Error(`${file} does not begin with its number and title: # NNNN: Title`)
  return [`[${number}](${file})`, title]
}
