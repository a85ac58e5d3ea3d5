import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sourceFiles } from './source-files.ts'

// The catalogues themselves, and where an error of another process or of a step is made anew with the code that it had.
const makers = new Set([
  'platform/kernel/src/platform-errors.ts',
  'platform/rpc/src/refusal-detail.ts',
  'platform/saga/src/run-step.ts',
  'system/src/system-errors.ts',
])

/** Errors below `paths` that are made without a catalogue, so that no page describes their code, as lines. */
export async function checkErrorCodes(root: string, paths: readonly string[]): Promise<string[]> {
  const lines: string[] = []
  for (const path of await sourceFiles(root, paths)) {
    if (makers.has(path) || /\.test\.ts$|(^|\/)tests\//.test(path)) continue
    const text = await readFile(join(root, path), 'utf8')
    for (const { index } of text.matchAll(/\bnew AppError\(|\bclass \w+ extends AppError\b/g)) {
      const line = text.slice(0, index).split('\n').length
      lines.push(`${path}:${line}: an AppError without a catalogue: use platformError or catalogueError`)
    }
  }
  return lines
}
